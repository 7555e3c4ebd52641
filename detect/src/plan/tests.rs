//! From rule files to plans.

use super::*;
use crate::rule::{Placeholders, RuleSet};

const FAILURE: &str = "
title: Failed sign-in
name: failure
logsource: {product: linux}
detection:
    selection: {outcome: failure}
    condition: selection
";

fn planned(text: &str) -> (Plans, Vec<String>) {
    let rules = RuleSet::read([("r.yml", text)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    let (plans, problems) = plan(&rules, |_, field| vec![field.to_owned(), format!("x.{field}")], false);
    (plans, problems.into_iter().map(|problem| problem.to_string()).collect())
}

fn places(fields: &[&str]) -> Vec<Place> {
    fields.iter().map(|field| Place::Field(vec![(*field).to_owned(), format!("x.{field}")])).collect()
}

#[test]
fn a_correlation_counts_what_its_rule_finds_and_the_rule_itself_is_silent() {
    let text = format!(
        "{FAILURE}---
title: Many failed sign-ins
name: many
correlation:
    type: event_count
    rules: [failure]
    group-by: [source_ip]
    timespan: 5m
    condition: {{gt: 10}}
"
    );
    let (plans, problems) = planned(&text);
    assert!(problems.is_empty(), "{problems:?}");
    let [many] = &plans.plans[..] else { panic!("{:?}", plans.plans) };
    assert_eq!(many.condition_in_words(), "more than 10 events in 5 minutes");
    assert_eq!(many.inputs[0].key, places(&["source_ip"]));
    assert!(many.is_told && !many.keeps_ungrouped && many.shape.only_grows());
    assert_eq!(plans.of_detection, [vec![(0, 0)]]);
}

#[test]
fn a_rule_about_single_records_tells_an_episode_for_each_machine() {
    let (plans, _) = planned(FAILURE);
    let [failure] = &plans.plans[..] else { panic!("{:?}", plans.plans) };
    assert!(failure.is_told && failure.keeps_ungrouped);
    assert_eq!(failure.group_by, ["host"]);
}

#[test]
fn a_rule_says_itself_how_its_alerts_are_kept_apart() {
    let text = format!(
        "{FAILURE}alert: {{group-by: [user_id], quiet: 10m, lateness: 5m, for: 1m, ungrouped: false}}\n"
    );
    let (plans, _) = planned(&text);
    let plan = &plans.plans[0];
    assert_eq!((plan.group_by.clone(), plan.keeps_ungrouped), (vec!["user_id".to_owned()], false));
    assert_eq!((plan.shape.quiet, plan.lateness), (Duration::from_secs(600), Duration::from_secs(300)));
    assert_eq!(plan.condition_in_words(), "at least 1 matching records in 5 minutes, for 1 minute");
}

#[test]
fn an_unknown_word_about_alerts_is_refused_with_its_line() {
    let text = format!("{FAILURE}alert:\n    group_by: [user_id]\n");
    let rules = RuleSet::read([("r.yml", text.as_str())], &Placeholders::default());
    let told = rules.problems[0].to_string();
    assert_eq!(
        told,
        "r.yml:9: `group_by:` is not known here; known are group-by, quiet, lateness, for, ungrouped"
    );
}

#[test]
fn aliases_and_chains_find_the_fields_of_their_rules() {
    let text = format!(
        "{FAILURE}---
title: Success
name: success
logsource: {{product: windows}}
detection: {{selection: {{EventID: 4624}}, condition: selection}}
---
title: Guessed
name: guessed
correlation:
    type: temporal_ordered
    rules: [failure, success]
    group-by: [user]
    aliases: {{user: {{failure: user_id, success: TargetUserName}}}}
    timespan: 10m
    generate: true
---
title: Guessed often
name: often
correlation:
    type: value_count
    rules: [guessed]
    group-by: []
    timespan: 1h
    condition: {{gte: 3, field: user}}
"
    );
    let (plans, problems) = planned(&text);
    assert!(problems.is_empty(), "{problems:?}");
    let of =
        |name: &str| plans.plans.iter().position(|plan| plan.header.name.as_deref() == Some(name)).unwrap();
    let (guessed, often) = (of("guessed"), of("often"));
    let keys: Vec<_> = plans.plans[guessed].inputs.iter().map(|input| input.key.clone()).collect();
    assert_eq!(keys, [places(&["user_id"]), places(&["TargetUserName"])]);
    assert!(plans.plans[of("failure")].is_told && !plans.plans[guessed].is_told);
    assert_eq!(plans.plans[often].inputs[0].value, Value::Text(vec![Place::Group(0)]));
    assert_eq!(plans.of_plan[guessed], [(often, 0)]);
    assert_eq!(plans.plans[often].condition_in_words(), "at least 3 different user in 1 hour");
}

#[test]
fn a_chain_that_asks_for_what_alerts_do_not_tell_is_refused() {
    let text = format!(
        "{FAILURE}---
title: Many
name: many
correlation: {{type: event_count, rules: [failure], group-by: [source_ip], timespan: 5m, condition: {{gt: 10}}}}
---
title: Far
name: far
correlation: {{type: event_count, rules: [many], group-by: [region], timespan: 1h, condition: {{gt: 2}}}}
"
    );
    let (plans, problems) = planned(&text);
    assert_eq!(plans.plans.len(), 1);
    assert!(problems[0].contains("`region` is no field of the group of `many`"), "{problems:?}");
}

#[test]
fn windows_are_known_again_while_a_rule_asks_the_same() {
    let (before, _) = planned(FAILURE);
    let (renamed, _) = planned(&FAILURE.replace("Failed sign-in", "Another title"));
    let (slower, _) = planned(&format!("{FAILURE}alert: {{quiet: 10m}}\n"));
    assert_eq!(before.plans[0].fingerprint(), renamed.plans[0].fingerprint());
    assert_ne!(before.plans[0].fingerprint(), slower.plans[0].fingerprint());
}

const STALLS: &str = "
title: Viewers wait
name: stalls
logsource: {stream: app}
detection:
    played: {action: play}
    stalled: {action: buffering}
    condition: played or stalled
watch:
    type: ratio
    part: stalled
    distinct: [correlation_id]
    minimum: 50
    group-by: [region]
    timespan: 10m
    condition: {gt: 0.05}
alert: {for: 10m}
";

#[test]
fn a_ratio_counts_a_part_and_its_whole() {
    let (plans, problems) = planned(STALLS);
    assert!(problems.is_empty(), "{problems:?}");
    let [stalls] = &plans.plans[..] else { panic!("{:?}", plans.plans) };
    assert_eq!(stalls.condition_in_words(), "more than 5 % of correlation_id in 10 minutes, for 10 minutes");
    assert_eq!(
        stalls.inputs.iter().map(|input| (input.from, input.slot)).collect::<Vec<_>>(),
        [(From::Detection(0), 0), (From::Detection(1), 1)]
    );
    assert_eq!(plans.of_detection, [vec![(0, 0)], vec![(0, 1)]]);
}

#[test]
fn what_is_watched_is_refused_with_the_line_of_the_mistake() {
    for (written, wrong, told) in [
        (
            "part: stalled",
            "part: stalls",
            "r.yml:11: `part`: there is no selection `stalls`; there are played, stalled",
        ),
        ("minimum: 50", "minimum: none", "r.yml:13: `minimum` must be a whole number above 0"),
        (
            "type: ratio",
            "type: share",
            "r.yml:10: `type: share` is not known to `watch:`; known are ratio, absence",
        ),
        ("timespan: 10m", "timespan: 7d", "r.yml:15: `timespan` must be more than nothing and at most a day"),
    ] {
        let text = STALLS.replace(written, wrong);
        let rules = RuleSet::read([("r.yml", text.as_str())], &Placeholders::default());
        let problem = rules.problems[0].to_string();
        assert!(problem.starts_with(told), "{problem}");
    }
}
