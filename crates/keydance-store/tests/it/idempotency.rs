use keydance_store::Error;
use keydance_store::idempotency::Remembered;

use crate::rows::at;
use crate::world::{assert_same, both};

#[test]
fn an_answer_is_remembered_per_caller_and_key_until_it_is_old() {
    both(|world| {
        let remembered = || Remembered {
            fingerprint: vec![9; 16],
            answer: "{\"data\":{}}".to_owned(),
        };
        let insert = move |caller: &'static str, millis: i64, oldest: i64| {
            world.try_write(move |tx| {
                tx.idempotency()
                    .insert(caller, "k", &remembered(), at(millis), at(oldest))
            })
        };
        let find = |caller: &'static str, oldest| {
            world.read(move |tx| tx.idempotency().find(caller, "k", at(oldest)))
        };
        insert("ana", 100, 0).unwrap();
        assert_same(find("ana", 100), Some(remembered()));
        assert!(find("ana", 101).is_none());
        assert!(find("bob", 0).is_none());
        assert_eq!(insert("ana", 110, 100), Err(Error::Exists));
        // Too old to count, so its key is free again.
        insert("ana", 200, 101).unwrap();
        assert!(find("ana", 150).is_some());
    });
}
