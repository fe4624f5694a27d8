use super::made::Made;
use super::*;

#[test]
fn what_is_no_file_and_what_is_too_large_is_skipped_and_told() {
    let made = Made::new();
    made.write("keydance.yaml", b"no roster");
    made.write(
        "broken.yaml",
        b"a: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\nsops: 1\n",
    );
    made.write("notes.txt", b"nothing of interest");
    made.write("large", &vec![b'x'; MAX_BLOB_LEN + 1]);
    std::os::unix::fs::symlink("/etc/passwd", made.path().join("link")).unwrap();
    made.commit();
    let head = made.git(&["rev-parse", "HEAD"]);
    made.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{head},module"),
    ]);
    made.git(&["commit", "-q", "-m", "module"]);
    let history = made.history().unwrap();
    let Skipped {
        submodules,
        symlinks,
        too_large,
        missing,
    } = &history.skipped;
    assert!(submodules.contains("module") && symlinks.contains("link"));
    assert!(too_large.contains("large") && missing.is_empty());
    assert_eq!(history.counts(), (2, 2));
    let unreadable = history
        .facts
        .blobs
        .iter()
        .all(|blob| blob.content == Content::Unreadable);
    assert!(unreadable);
    // What was skipped is told again by whoever reads the cache.
    assert!(made.history().unwrap().skipped.symlinks.contains("link"));
}

#[test]
fn an_empty_repository_has_no_history() {
    let made = Made::new();
    assert_eq!(made.history().unwrap().counts(), (0, 0));
}

#[test]
fn a_shallow_clone_is_refused_or_told_of() {
    let made = Made::new();
    made.commit();
    made.commit();
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (
        format!("file://{}", made.path().display()),
        folder.path().join("clone"),
    );
    made.git(&["clone", "-q", "--depth", "1", &from, to.to_str().unwrap()]);
    let git = crate::repository::Git::find("/usr/bin:/bin".as_ref(), None).unwrap();
    let clone = Repository::open(git, &to).unwrap();
    let mut random = keydance_sops::random::SystemRandom;
    let refused = History::read(&clone, Missing::Refuse, &mut random).unwrap_err();
    assert!(matches!(refused, HistoryError::Incomplete(gaps) if gaps.is_shallow));
    let history = History::read(&clone, Missing::Accept, &mut random).unwrap();
    assert_eq!((history.counts().0, history.gaps.is_shallow), (1, true));
}

#[test]
fn a_damaged_cache_is_read_as_far_as_it_is_whole() {
    let made = Made::new();
    made.write(
        "a.yaml",
        b"a: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\nsops: 1\n",
    );
    made.commit();
    let counts = made.history().unwrap().counts();
    let path = made.path().join(".git/keydance/history");
    let whole = std::fs::read(&path).unwrap();
    for at in [0, 5, 30, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        assert_eq!(made.history().unwrap().counts(), counts);
        std::fs::write(&path, &whole[..at]).unwrap();
        assert_eq!(made.history().unwrap().counts(), counts);
        assert_eq!(std::fs::read(&path).unwrap().len(), whole.len());
    }
}

#[test]
fn a_link_in_the_place_of_the_cache_is_not_followed() {
    let made = Made::new();
    made.commit();
    let (precious, folder) = (
        made.path().join("precious"),
        made.path().join(".git/keydance"),
    );
    std::fs::write(&precious, "precious").unwrap();
    std::fs::create_dir(&folder).unwrap();
    for name in ["history", "fingerprint.key"] {
        std::os::unix::fs::symlink(&precious, folder.join(name)).unwrap();
        assert!(matches!(made.history(), Err(HistoryError::Cache(_))));
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    assert_eq!(std::fs::read(&precious).unwrap(), b"precious");
}

#[test]
fn paths_that_lead_elsewhere_are_only_names() {
    let made = Made::new();
    let file = b"a: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\nsops: 1\n";
    made.write("file", file);
    made.commit();
    let blob = made.git(&["rev-parse", "HEAD:file"]);
    // Git itself would never write such a tree; `mktree` takes any name without a slash.
    made.write(
        "entry",
        format!("100644 blob {blob}\t..\n100644 blob {blob}\t-x\n").as_bytes(),
    );
    let entry = std::fs::File::open(made.path().join("entry")).unwrap();
    let mut mktree = std::process::Command::new("git");
    let tree = mktree
        .arg("mktree")
        .current_dir(made.path())
        .stdin(entry)
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crafted = made.git(&["commit-tree", "-m", "crafted", tree.trim()]);
    made.git(&["update-ref", "refs/heads/$(touch${IFS}ran);-x", &crafted]);
    let history = made.history().unwrap();
    assert_eq!(history.counts(), (2, 1));
    let paths: BTreeSet<String> = (0..)
        .zip(history.facts.texts.items())
        .map(|(at, _)| history.facts.text(at))
        .collect();
    assert!(paths.contains("..") && paths.contains("-x"), "{paths:?}");
    assert!(!made.path().join("ran").exists());
}
