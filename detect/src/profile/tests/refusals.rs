//! Rules that are refused, and the lines that are told.

use super::*;

/// Why a rule with this `watch:` is refused.
fn refused(watch: &str) -> String {
    let rules = RuleSet::read([("r.yml", rule(watch).as_str())], &Placeholders::default());
    rules.problems.first().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_rule_that_asks_where_addresses_are_is_refused_when_no_file_tells_it() {
    let watch = "{type: first_seen, group-by: [user_id], country_of: source_ip}";
    let rules = RuleSet::read([("r.yml", rule(watch).as_str())], &Placeholders::default());
    let book = Rulebook::new(&rules, builtin()).unwrap();
    assert_eq!(book.plans().len(), 0);
    let problem = book.problems()[0].to_string();
    assert!(problem.starts_with("r.yml:1: ") && problem.contains("`places`"), "{problem}");
}

#[test]
fn mistakes_in_what_is_usual_are_told_with_their_line() {
    for (watch, expected) in [
        ("{type: first_sen, group-by: [a]}", "r.yml:6: `type: first_sen` is not known to `watch:`"),
        ("{type: first_seen, group-by: [a]}", "r.yml:6: `fields:` is missing"),
        ("{type: first_seen, group-by: [a], fields: []}", "r.yml:6: `fields` names no field"),
        (
            "type: first_seen\n  group-by: [a]\n  fields: [b]\n  memory: 5d",
            "r.yml:6: `learn` must be shorter",
        ),
        (
            "type: first_seen\n  group-by: [a]\n  fields: [b]\n  learn: 90d",
            "r.yml:9: `learn` must be shorter",
        ),
        ("type: dormant\n  group-by: [a]\n  silence: 3y", "r.yml:8: `silence` must be shorter"),
        ("type: dormant\n  group-by: [a]\n  learn: 3d", "r.yml:8: `learn:` is not known here"),
        (
            "{type: after_hours, group-by: [a], hours: '7-19', zone: UTC}",
            "r.yml:6: `hours` must be two times",
        ),
        ("{type: after_hours, group-by: [a], hours: '07:00-19:00'}", "r.yml:6: `zone:` is missing"),
        ("type: after_hours\n  group-by: [a]\n  hours: 07:00-19:00\n  zone: Mars", "r.yml:9: `zone` must be"),
        (
            "type: after_hours\n  group-by: [a]\n  hours: 07:00-19:00\n  zone: UTC\n  days: [noday]",
            "r.yml:10: `days` must be",
        ),
        ("{type: drop, group-by: [a], timespan: 1m, condition: {gt: 2}}", "r.yml:6: the condition of a drop"),
        (
            "{type: drop, group-by: [a], timespan: 1m, condition: {lt: 80}}",
            "r.yml:6: the condition of a drop",
        ),
        (
            "type: drop\n  group-by: [a]\n  timespan: 2h\n  condition: {lt: 0.5}\n  baseline: 1h",
            "r.yml:10: `baseline` must be longer",
        ),
        ("{type: bulk, group-by: [a], distinct: [b], per: 2h}", "r.yml:6: `per` must be `1h` or `1d`"),
        ("{type: bulk, group-by: [a], distinct: [b], z: 0}", "r.yml:6: `z` must be 1 to 100"),
        (
            "{type: bulk, group-by: [a], distinct: [b], minimum: 1000}",
            "r.yml:6: `minimum` must be a whole number from 1",
        ),
        ("{type: sequence_gap, group-by: [a]}", "r.yml:6: `field:` is missing"),
        (
            "{type: first_seen, group-by: [a], fields: [b], country_of: c}",
            "r.yml:6: `country_of` stands in place",
        ),
        ("{type: impossible_travel, group-by: [a]}", "r.yml:6: `address:` is missing"),
        ("{type: impossible_travel, group-by: [a], address: b, speed: 0}", "r.yml:6: `speed` must be 1 to"),
        (
            "type: impossible_travel\n  group-by: [a]\n  address: b\n  skip: [10.0/8]",
            "r.yml:9: `skip`: `10.0/8` is not",
        ),
        ("{type: dormant}", "r.yml:6: `group-by:` is missing"),
        (
            "{type: dormant, group-by: [a], timespan: 2d}",
            "r.yml:6: `timespan` must be more than nothing and at most a day",
        ),
        ("{type: dormant, group-by: [a], minimum: 0}", "r.yml:6: `minimum` must be a whole number above 0"),
    ] {
        let problem = refused(watch);
        assert!(problem.starts_with(expected), "{watch}: {problem}");
    }
}
