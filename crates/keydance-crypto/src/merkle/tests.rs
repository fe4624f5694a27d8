//! The known roots of the contract, and everything against a tree computed the plain way.

use core::convert::Infallible;

use super::*;

/// RFC 6962, 2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// RFC 6962, 2.1.1, word for word.
fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if index < left.len() {
        (naive_inclusion(index, left), right)
    } else {
        (naive_inclusion(index - left.len(), right), left)
    };
    path.push(naive_root(sibling));
    path
}

/// RFC 6962, 2.1.2, word for word.
fn naive_consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if old <= left.len() {
        (naive_consistency(old, left, whole), right)
    } else {
        (naive_consistency(old - left.len(), right, false), left)
    };
    path.push(naive_root(sibling));
    path
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|i| leaf_hash(format!("event-{i}").as_bytes()))
        .collect()
}

fn nodes(leaves: &[Hash]) -> impl Fn(u8, u64) -> Result<Hash, Infallible> {
    |level, index| {
        let length = 1 << level;
        let start = usize::try_from(index).unwrap() * length;
        Ok(naive_root(&leaves[start..start + length]))
    }
}

const SIZES: usize = 70;

#[test]
fn the_known_roots_hold() {
    let known = [
        "6734db3b19b64dc83703f9a1f4aee7697dfb292fb4e0827cc63f8a351b1b3609",
        "3fd1d5a059ab171a345f9912c83c2dd8b7933b4e950e6749bc83dbb1f43ccbde",
        "db2effe64d36352bcd4c260bde0e1138310c9f77b89d4c57578652f9b185b630",
    ];
    let mut frontier = Frontier::new();
    for (leaf, root) in leaves(3).into_iter().zip(known) {
        frontier.append(leaf);
        let hex: String = frontier
            .root()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, root);
    }
}

#[test]
fn a_frontier_has_the_root_of_the_tree_at_every_size() {
    let leaves = leaves(600);
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), empty_root());
    for size in 1..=leaves.len() {
        frontier.append(leaves[size - 1]);
        assert_eq!(frontier.root(), naive_root(&leaves[..size]));
        assert_eq!(usize::try_from(frontier.size()), Ok(size));
        assert_eq!(
            Frontier::from_bytes(&frontier.to_bytes()),
            Ok(frontier.clone())
        );
    }
}

#[test]
fn a_frontier_reports_each_subtree_of_256_and_65536_leaves_once() {
    let leaves: Vec<Hash> = vec![leaf_hash(b"event"); 131_072];
    let mut frontier = Frontier::new();
    let reports: Vec<Subtree> = leaves
        .iter()
        .flat_map(|leaf| frontier.append(*leaf))
        .collect();
    let (high, low): (Vec<_>, Vec<_>) = reports.into_iter().partition(|report| report.level == 16);
    assert_eq!(low.len(), 512);
    for (index, report) in low.iter().enumerate() {
        assert_eq!(
            (report.level, usize::try_from(report.index)),
            (8, Ok(index))
        );
        assert_eq!(report.hash, naive_root(&leaves[..256]));
    }
    let root = naive_root(&leaves[..65_536]);
    assert_eq!(
        high,
        [0, 1].map(|index| Subtree {
            level: 16,
            index,
            hash: root
        })
    );
}

#[test]
fn bytes_that_are_no_frontier_are_refused() {
    let mut frontier = Frontier::new();
    leaves(5)
        .into_iter()
        .for_each(|leaf| drop(frontier.append(leaf)));
    let bytes = frontier.to_bytes();
    assert_eq!(bytes.len(), 8 + 2 * 32);
    for length in 0..bytes.len() {
        assert_eq!(Frontier::from_bytes(&bytes[..length]), Err(FrontierError));
    }
    let mut other = bytes.clone();
    other[7] = 7;
    assert_eq!(Frontier::from_bytes(&other), Err(FrontierError));
    let mut huge = bytes;
    (huge[0], huge[7]) = (0x80, 1);
    assert_eq!(Frontier::from_bytes(&huge), Err(FrontierError));
}

#[test]
fn inclusion_proofs_are_those_of_the_rfc_and_verify() {
    let leaves = leaves(SIZES);
    for size in 1..=SIZES {
        let tree = &leaves[..size];
        let root = naive_root(tree);
        for index in 0..size {
            let (at, of) = (index as u64, size as u64);
            let proof = inclusion_proof(&nodes(tree), at, of).unwrap();
            assert_eq!(proof, naive_inclusion(index, tree));
            assert_eq!(
                verify_inclusion(&tree[index], at, of, &proof, &root),
                Ok(())
            );
            let other = leaf_hash(b"other");
            assert_eq!(
                verify_inclusion(&other, at, of, &proof, &root),
                Err(VerifyError)
            );
        }
    }
}

#[test]
fn consistency_proofs_are_those_of_the_rfc_and_verify() {
    let leaves = leaves(SIZES);
    for new in 1..=SIZES {
        let tree = &leaves[..new];
        let new_root = naive_root(tree);
        for old in 1..=new {
            let old_root = naive_root(&leaves[..old]);
            let sizes = (old as u64, new as u64);
            let proof = consistency_proof(&nodes(tree), sizes.0, sizes.1).unwrap();
            assert_eq!(proof, naive_consistency(old, tree, true));
            let (older, newer) = ((sizes.0, &old_root), (sizes.1, &new_root));
            assert_eq!(verify_consistency(older, newer, &proof), Ok(()));
            assert_eq!(
                verify_consistency((sizes.0, &[0; 32]), newer, &proof),
                Err(VerifyError),
                "{old} of {new}"
            );
            assert_eq!(
                verify_consistency(older, (sizes.1, &[0; 32]), &proof),
                Err(VerifyError)
            );
        }
    }
}

#[test]
fn a_proof_with_a_hash_changed_added_or_missing_does_not_hold() {
    let leaves = leaves(SIZES);
    for size in [3, 8, 21, 64, SIZES] {
        let tree = &leaves[..size];
        let (root, of) = (naive_root(tree), size as u64);
        for index in 0..size {
            let at = index as u64;
            let proof = inclusion_proof(&nodes(tree), at, of).unwrap();
            for bad in damaged(&proof) {
                assert!(verify_inclusion(&tree[index], at, of, &bad, &root).is_err());
            }
        }
        for old in 1..size {
            let old_root = naive_root(&leaves[..old]);
            let proof = consistency_proof(&nodes(tree), old as u64, of).unwrap();
            for bad in damaged(&proof) {
                assert!(verify_consistency((old as u64, &old_root), (of, &root), &bad).is_err());
            }
        }
    }
}

fn damaged(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[[0; 32]]].concat(), [&[[0; 32]], proof].concat()];
    for position in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[position][31] ^= 1;
        let mut missing = proof.to_vec();
        missing.remove(position);
        all.extend([changed, missing]);
    }
    all
}

#[test]
fn what_is_outside_the_tree_has_no_proof() {
    let leaves = leaves(4);
    let nodes = nodes(&leaves);
    assert_eq!(inclusion_proof(&nodes, 4, 4), Err(ProofError::Range));
    assert_eq!(inclusion_proof(&nodes, 0, 0), Err(ProofError::Range));
    assert_eq!(consistency_proof(&nodes, 5, 4), Err(ProofError::Range));
    assert_eq!(consistency_proof(&nodes, 0, 4), Ok(Vec::new()));
    let (root, empty) = (naive_root(&leaves), empty_root());
    assert_eq!(verify_consistency((0, &empty), (4, &root), &[]), Ok(()));
    assert_eq!(
        verify_consistency((0, &root), (4, &root), &[]),
        Err(VerifyError)
    );
    assert_eq!(
        verify_consistency((5, &root), (4, &root), &[]),
        Err(VerifyError)
    );
    assert_eq!(
        verify_inclusion(&leaves[0], 4, 4, &[], &root),
        Err(VerifyError)
    );
    assert_eq!(
        verify_inclusion(&leaves[0], 0, 0, &[], &root),
        Err(VerifyError)
    );
}

#[test]
fn a_subtree_that_cannot_be_read_stops_the_proof() {
    let unreadable = |_: u8, _: u64| Err("disk");
    assert_eq!(
        inclusion_proof(&unreadable, 0, 2),
        Err(ProofError::Nodes("disk"))
    );
}
