//! What grants show, cover and share.

use proptest::prelude::*;

use super::*;

fn grants(texts: &[&str]) -> Grants {
    Grants::of(texts.iter().map(|text| (*text).to_owned())).unwrap()
}

#[test]
fn fields_are_all_or_all_but_some_or_some_alone() {
    for (grant, shown, hidden) in [
        ("care", &["patient.id", "level"][..], &[][..]),
        ("care/-patient,-diag*", &["level", "patients"], &["patient", "patient.id", "diagnosis.code"]),
        ("care/level,http", &["level", "http.status"], &["message", "https"]),
        ("care/http,-http.user", &["http.status"], &["http.user", "http.user.name", "level"]),
    ] {
        let grants = grants(&[grant]);
        shown.iter().for_each(|field| assert!(grants.show("care", field), "{grant} shows {field}"));
        hidden.iter().for_each(|field| assert!(!grants.show("care", field), "{grant} hides {field}"));
        assert_eq!(grants.have_whole("care"), hidden.is_empty(), "{grant}");
        assert!(grants.have("care") && !grants.show("pay", "level"));
    }
}

#[test]
fn a_field_is_shown_when_any_grant_of_its_stream_shows_it() {
    let grants = grants(&["*/-patient", "care/patient.ward", "web"]);
    assert!(grants.show("care", "level") && grants.show("care", "patient.ward"));
    assert!(!grants.show("care", "patient.name") && !grants.show("pay", "patient.ward"));
    assert!(grants.have_whole("web") && !grants.have_whole("care") && !grants.are_whole());
}

#[test]
fn a_part_is_covered_and_more_is_not() {
    let all = Grants::all();
    assert!(all.cover(&grants(&["app"])) && all.cover(&grants(&["app/level"])));
    assert!(!grants(&["app"]).cover(&all));
    for (own, part) in [
        ("app*", "app.pay*"),
        ("app*", "app/-user"),
        ("app/-user", "app/-user,-host"),
        ("app/-user.name", "app/-user"),
        ("app/http", "app/http.status"),
        ("app/-user", "app/level,-user"),
    ] {
        assert!(grants(&[own]).cover(&grants(&[part])), "{own} {part}");
        assert!(!grants(&[part]).cover(&grants(&[own])), "{part} {own}");
    }
}

#[test]
fn what_is_within_others_is_shown_by_both() {
    for (one, other, both) in [
        (&["app*"][..], &["app.pay", "web"][..], &["app.pay"][..]),
        (&["app"], &["web"], &[]),
        (&["care/-patient"], &["care*/-diagnosis"], &["care/-diagnosis,-patient"]),
        (&["care/http,level"], &["care/http.status,message"], &["care/http.status"]),
        (&["care/level"], &["care/-patient"], &["care/level,-patient"]),
        // No field has both names: nothing is shown, and not everything.
        (&["care/level"], &["care/message"], &[]),
    ] {
        let expected: BTreeSet<Grant> = both.iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(grants(one).within(&grants(other)).any, Some(expected), "{one:?} {other:?}");
        assert_eq!(grants(one).within(&Grants::all()), grants(one));
        assert_eq!(Grants::all().within(&grants(one)), grants(one));
    }
    let nothing = grants(&["app"]).within(&grants(&["web"]));
    assert!(!nothing.is_all() && !nothing.have("app") && !nothing.show("app", "level"));
}

#[test]
fn names_that_are_none_are_refused() {
    for wrong in ["", "App", "a b", "a/", "a/-", "a/b,", "a/ b", "a/b, c", "/b"] {
        assert!(Grants::of([wrong.to_owned()]).is_err(), "{wrong}");
    }
    assert!(Grants::of([]).is_err());
    assert!(Grants::of((0..65).map(|number| format!("stream-{number}"))).is_err());
}

proptest! {
    #[test]
    fn grants_are_kept_as_they_are_written(
        streams in "[a-z*]{1,5}",
        fields in prop::collection::btree_set("-?[a-zA-Z0-9_.@*]{1,6}", 0..5),
    ) {
        let fields: Vec<String> = fields.into_iter().collect();
        let text = if fields.is_empty() { streams } else { format!("{streams}/{}", fields.join(",")) };
        let grants = Grants::of([text]).unwrap();
        let kept = serde_json::to_string(&grants).unwrap();
        prop_assert_eq!(serde_json::from_str::<Grants>(&kept).unwrap(), grants);
    }
}
