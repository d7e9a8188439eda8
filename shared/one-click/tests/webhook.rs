//! One Click's webhooks: credentials and bodies.

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use one_click::webhook::{Event, EventKind, verify_basic};
    use one_click::{Error, UserId};
    use serde_json::{Value, json};

    fn basic(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    fn is_accepted(header: Option<&str>) -> bool {
        verify_basic(header, "one-click", &"pass:word".into())
    }

    #[test]
    fn b28_the_right_credentials_are_accepted_and_no_others() {
        let right = basic("one-click:pass:word");
        assert!(is_accepted(Some(&right)));
        assert!(is_accepted(Some(&right.replace("Basic", "basic"))));
        for wrong in [
            "one-click:pass",
            "one-click:pass:wordx",
            "other:pass:word",
            ":",
            "",
        ] {
            assert!(!is_accepted(Some(&basic(wrong))), "{wrong:?}");
        }
        for header in [
            "",
            "Basic",
            "Basic ",
            &right.replace("Basic", "Bearer"),
            &right[6..],
        ] {
            assert!(!is_accepted(Some(header)), "{header:?}");
        }
        assert!(!is_accepted(None));
    }

    #[test]
    fn empty_credentials_are_never_right() {
        assert!(!verify_basic(Some(&basic(":")), "", &"".into()));
        assert!(!verify_basic(
            Some(&basic("one-click:")),
            "one-click",
            &"".into()
        ));
        assert!(!verify_basic(Some(&basic(":word")), "", &"word".into()));
    }

    fn body(previous: &Value) -> Value {
        json!({
            "id": "evt_1", "event": "job.assigned", "occurred_at": "2026-01-02T03:04:05Z",
            "organization_id": "org_1",
            "job": { "id": "job_1", "organization_id": "org_1", "assigned_user_id": "u2" },
            "previous": previous
        })
    }

    fn parse(body: &Value) -> Result<Event, Error> {
        Event::parse(body.to_string().as_bytes())
    }

    #[test]
    fn a_delivery_is_read() {
        let event = parse(&body(&json!({ "assigned_user_id": "u1" }))).unwrap();
        assert_eq!(event.id, "evt_1");
        assert_eq!(event.kind, EventKind::JobAssigned);
        assert_eq!(event.occurred_at.to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(event.organization_id.as_str(), "org_1");
        assert_eq!(
            event.job.assigned_user_id,
            Some(UserId::parse("u2").unwrap())
        );
    }

    #[test]
    fn b23_the_previous_assignee_is_someone_nobody_or_not_told() {
        let previous = |previous| parse(&body(&previous)).unwrap().previous_assigned_user_id;
        let user = UserId::parse("u1").unwrap();
        assert_eq!(
            previous(json!({ "assigned_user_id": "u1" })),
            Some(Some(user))
        );
        assert_eq!(previous(json!({ "assigned_user_id": null })), Some(None));
        assert_eq!(previous(json!({})), None);
        assert_eq!(previous(json!(null)), None);
    }

    #[test]
    fn the_subscribed_events_are_known_and_others_keep_their_name() {
        for name in EventKind::SUBSCRIBED {
            assert!(
                !matches!(EventKind::from(name.to_owned()), EventKind::Other(_)),
                "{name}"
            );
        }
        let other = EventKind::from("job.painted".to_owned());
        assert_eq!(other, EventKind::Other("job.painted".to_owned()));
    }

    #[test]
    fn what_is_no_delivery_is_unreadable_and_not_repeated() {
        let mut bad = body(&json!(null));
        bad["organization_id"] = json!("someone@example.com");
        for raw in [
            bad.to_string(),
            String::new(),
            "[]".to_owned(),
            "{".to_owned(),
        ] {
            match Event::parse(raw.as_bytes()) {
                Err(Error::Unreadable(problem)) => {
                    assert!(!problem.contains("example"), "{problem}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
