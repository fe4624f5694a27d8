use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::json::canonical;

fn context(request_id: &str) -> Context {
    Context {
        organisation: OrganisationId::new([0xab; 12]),
        at: Timestamp::from_millis(1_795_338_072_377),
        request_id: request_id.to_owned(),
        source: Some("10.0.3.7".to_owned()),
    }
}

fn written(event: &Event, seq: u64) -> Vec<u8> {
    let mut body = Vec::new();
    event.write(seq, &mut body);
    body
}

#[test]
fn a_hand_out_reads_like_the_contract() {
    let actor = Actor::execution("41c0de7790ab35f28d6e1b04").on_behalf_of("ana");
    let object = Object::new(ObjectKind::Credential, "a3f09c51d27be84406c1f9d2");
    let event = Event::new(
        context("c1f0b7"),
        Action::CredentialHandedOut,
        actor,
        object,
    )
    .version(2)
    .environment("staging".parse().unwrap())
    .flow("c0ffee00aa11bb22cc33dd44".parse().unwrap())
    .step("fetch")
    .owner_rows(&[Owner::person("ana"), Owner::organisation("t-one")])
    .detail("count", 3)
    .detail("because", "of it");
    let body: Value = serde_json::from_slice(&written(&event, 20418)).unwrap();
    insta::assert_json_snapshot!(body, @r#"
    {
      "action": "credential.handed_out",
      "actor": {
        "id": "41c0de7790ab35f28d6e1b04",
        "onBehalfOf": {
          "id": "ana",
          "type": "USER"
        },
        "type": "EXECUTION"
      },
      "at": "2026-11-22T09:01:12.377Z",
      "details": {
        "because": "of it",
        "count": 3
      },
      "environment": "staging",
      "flowId": "c0ffee00aa11bb22cc33dd44",
      "object": {
        "id": "a3f09c51d27be84406c1f9d2",
        "type": "credential"
      },
      "org": "abababababababababababab",
      "outcome": "allowed",
      "ownerRows": [
        {
          "id": "ana",
          "type": "USER"
        },
        {
          "id": "t-one",
          "type": "TENANT"
        }
      ],
      "requestId": "c1f0b7",
      "seq": 20418,
      "source": "10.0.3.7",
      "step": "fetch",
      "v": 1,
      "version": 2
    }
    "#);
}

#[test]
fn words_survive_a_round_trip_and_are_a_noun_and_what_was_done() {
    for &action in Action::EVERY {
        assert_eq!(action.as_str().parse(), Ok(action));
        let words: Vec<_> = action.as_str().split('.').collect();
        assert_eq!(words.len(), 2, "{action}");
    }
}

#[test]
fn a_name_given_twice_is_written_once() {
    let event = Event::new(
        context("r"),
        Action::FlowDenied,
        Actor::system("jobs"),
        Object::new(ObjectKind::Flow, "f"),
    )
    .detail("n", 1)
    .detail("n", i64::MAX);
    let body: Value = serde_json::from_slice(&written(&event, 0)).unwrap();
    assert_eq!(
        body["details"],
        serde_json::json!({"n": 9_007_199_254_740_991_i64})
    );
}

fn any_event() -> impl Strategy<Value = Event> {
    let text = || "[\\u{0}-\\u{ff}€😀\"\\\\]{0,12}";
    let owner = (text(), text()).prop_map(|(kind, id)| Owner {
        kind: crate::owner::OwnerKind::from_wire(&kind),
        id,
    });
    let actor = (text(), prop::option::of(text())).prop_map(|(id, other)| {
        let actor = Actor::principal(id);
        match other {
            Some(other) => actor.on_behalf_of(other),
            None => actor,
        }
    });
    let facts = (
        prop::option::of(0u64..1 << 53),
        prop::option::of(text()),
        prop::collection::vec(owner, 0..3),
        prop::option::of(any::<[u8; 32]>()),
        prop::collection::vec(
            (
                prop::sample::select(vec!["a", "B", "_x", "a0"]),
                any::<i64>(),
                text(),
            ),
            0..5,
        ),
    );
    let action = prop::sample::select(Action::EVERY);
    (action, actor, text(), any::<i64>(), facts).prop_map(|(action, actor, id, at, facts)| {
        let (version, step, owners, digest, details) = facts;
        let mut context = context(&id);
        context.at = Timestamp::from_millis(at);
        context.source = step.clone();
        let mut event = Event::new(context, action, actor, Object::new(ObjectKind::Token, id))
            .outcome(Outcome::Denied)
            .owner_rows(&owners);
        event.rows = vec![RowDigest {
            table: "version".into(),
            key: vec![event.object.id.clone(), "1".to_owned()],
            digest,
        }];
        (event.version, event.step, event.envelope) = (version, step, digest);
        for (name, number, text) in details {
            event = if number % 2 == 0 {
                event.detail(name, number)
            } else {
                event.detail(name, text)
            };
        }
        event
    })
}

proptest! {
    #[test]
    fn the_rows_of_an_event_are_read_from_its_body(event in any_event()) {
        let body = String::from_utf8(written(&event, 0)).unwrap();
        prop_assert_eq!(recorded_rows(&body).unwrap(), event.rows);
    }

    #[test]
    fn the_bytes_are_the_canonical_form_of_what_they_say(event in any_event(), seq in 0u64..1 << 53) {
        let body = written(&event, seq);
        let read: Value = crate::json::parse(&body).unwrap();
        prop_assert_eq!(String::from_utf8(canonical(&read)), String::from_utf8(body));
    }
}
