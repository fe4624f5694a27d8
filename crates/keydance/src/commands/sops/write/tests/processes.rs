//! What only processes of their own can show.

use std::process::{Child, Command, Output, Stdio};

use rustix::process::getuid;

use super::*;

/// Runs one of the tests that do something in a process of their own, under this program if there
/// is one.
fn process(test: &str, home: &Path, under: &[&str]) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match under {
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(this);
            command
        }
        [] => Command::new(this),
    };
    let test = format!("commands::sops::write::tests::processes::{test}");
    command
        .args(["--exact", &test, "--ignored", "--test-threads=1"])
        .env(HOME, home);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn home_of_process() -> PathBuf {
    std::env::var_os(HOME).unwrap().into()
}

const HOME: &str = "KEYDANCE_TEST_HOME";

#[test]
fn twenty_processes_at_once_lose_nothing() {
    let (home, file, _) = scene(b"");
    let start = || {
        process("a_process_appends_its_number", home.path(), &[])
            .spawn()
            .unwrap()
    };
    let processes: Vec<Child> = (0..20).map(|_| start()).collect();
    let mut expected: BTreeSet<String> = BTreeSet::new();
    for process in processes {
        expected.insert(process.id().to_string());
        succeeds(&process.wait_with_output().unwrap());
    }
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(
        text.lines().map(str::to_owned).collect::<BTreeSet<_>>(),
        expected
    );
    assert_eq!(names(home.path()).len(), 1);
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn a_process_appends_its_number() {
    let home = home_of_process();
    let line = format!("{}\n", std::process::id());
    let append = |old: &[u8]| Ok::<_, WriteError>(Some([old, line.as_bytes()].concat()));
    writer(&home).update(&home.join("a.yaml"), append).unwrap();
}

#[test]
fn a_kill_at_any_system_call_leaves_the_old_or_the_new_file() {
    let (home, file, writer) = scene(b"old");
    let mut left = BTreeSet::new();
    // Between any two of these nothing changes that could be seen.
    for call in ["flock", "unlink", "fchmod", "write", "fsync", "rename"] {
        for count in 1.. {
            fs::write(&file, "old").unwrap();
            let kill = format!("inject={call}:signal=KILL:when={count}");
            let trace = format!("trace={call}");
            let strace = ["strace", "-f", "-o", "/dev/null", "-e", &trace, "-e", &kill];
            let mut process = process("a_process_writes_something_new", home.path(), &strace);
            let output = process.output().expect("strace is needed");
            let content = fs::read_to_string(&file).unwrap();
            if output.status.success() {
                assert_eq!(content, "new");
                break;
            }
            assert!(
                content == "old" || content == "new",
                "{call} {count}: {content:?}"
            );
            left.insert(content);
            // Whatever is left of it is in nobody's way.
            writer.update(&file, to(b"newer")).unwrap();
            assert_eq!(names(home.path()).len(), 1, "{call} {count}");
        }
    }
    assert_eq!(left.len(), 2, "some were killed before, and some after");
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn a_process_writes_something_new() {
    let home = home_of_process();
    writer(&home)
        .update(&home.join("a.yaml"), to(b"new"))
        .unwrap();
}

#[test]
fn where_nothing_can_be_put_beside_it_a_file_is_written_in_place() {
    let (home, file, _) = scene(b"something longer");
    fs::create_dir(home.path().join("keydance")).unwrap();
    let private = Permissions::from_mode(0o700);
    fs::set_permissions(home.path().join("keydance"), private).unwrap();
    // To the administrator every folder is open, unless that is taken away.
    let bounded = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"];
    let under: &[&str] = if getuid().is_root() { &bounded } else { &[] };
    let mut process = process("a_process_writes_something_new", home.path(), under);
    fs::set_permissions(home.path(), Permissions::from_mode(0o555)).unwrap();
    let before = fs::metadata(&file).unwrap().ino();
    let output = process.output().unwrap();
    fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    succeeds(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("written in place"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert_eq!(fs::metadata(&file).unwrap().ino(), before);
    let saved = fs::read_dir(home.path().join("keydance/saved")).unwrap();
    assert_eq!(saved.count(), 0);
}

#[track_caller]
fn succeeds(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
