use proptest::prelude::*;

use super::tests::{check, check_error, expression, text, without_places};
use super::*;
use crate::language::{Aggregate, Function, HEAD_MAX, Key, Pipe, SortKey, Stage, Step};

#[test]
fn pipes_are_read_and_printed() {
    check(
        "outcome:failure action:login | stats count() as n by source_ip, bin(5m) | where n > 10 | sort n desc | head 20",
        "outcome:failure and action:login | stats count() as n by source_ip, bin(5m) | where n>10 | sort n desc | head 20",
    );
    check(
        "region:eu* | timechart span=5m p99(duration_ms), count() by service",
        "region:eu* | timechart span=5m p99(duration_ms), count() by service",
    );
    check("error|top service", "error | top 10 service");
    check("error | rare 5 message, level", "error | rare 5 message, level");
    check(
        "* | FIELDS timestamp , service,message | Head 5",
        "* | fields timestamp, service, message | head 5",
    );
    check("| dedup user_id | sort -timestamp, level asc", "* | dedup user_id | sort timestamp desc, level");
    check("| sort a desc,b asc , c", "* | sort a desc, b, c");
    check("| stats count, p99.9( x ), P50(y) AS m", "* | stats count(), p99.9(x), p50(y) as m");
    check("| timechart count", "* | timechart count()");
    check("| timechart span = 90s count", "* | timechart span=90s count()");
    check("| stats count by bin(60m), bin", "* | stats count() by bin(1h), bin");
    check("| stats count by 'a b', \"by\"", "* | stats count() by \"a b\", \"by\"");
}

#[test]
fn columns_can_be_named_as_their_aggregates() {
    check(
        "| stats p99(a) | where p99(a) > 5 | sort p99(a)",
        "* | stats p99(a) | where \"p99(a)\">5 | sort \"p99(a)\"",
    );
    check(
        "| stats count() | where count()>=2 and not count() = 3",
        "* | stats count() | where count>=2 and not count=3",
    );
    check("| where count (a or b)", "* | where count and (a or b)");
}

#[test]
fn a_mistake_in_a_pipe_is_shown_at_its_place_with_a_way_out() {
    let hint = |text: &str, hint: &str| {
        let error = parse(text).expect_err(text);
        assert!(error.hint.contains(hint), "{text}: {error}");
    };
    check_error("a | stas count()", "stas", "no pipe `stas`");
    hint("a | stas count()", "did you mean `stats`?");
    hint("a | limit 5", "did you mean `head`?");
    hint("a | frobnicate", "the pipes are stats");
    check_error("a |", "", "a pipe is missing");
    check_error("a | | head 5", "|", "a pipe is missing");
    check_error("a | stats", "", "an aggregate is missing");
    check_error("a | stats conut()", "conut", "no aggregate `conut`");
    hint("a | stats conut()", "did you mean `count`?");
    check_error("a | stats sum", "sum", "`sum` needs a field");
    check_error("a | stats sum()", "sum()", "`sum` needs a field");
    check_error("a | stats rate(b)", "rate(b)", "takes no field");
    check_error("a | stats sum(b", "(", "parenthesis is not closed");
    check_error("a | stats p99.95(b)", "p99.95", "no aggregate");
    check_error("a | stats count() by", "", "a name is missing");
    check_error("a | stats count() by bin(x)", "x", "not a span of time");
    check_error("a | stats count() by bin(0s)", "0s", "too short or too long");
    check_error("a | stats count() by bin(5m", "", "`)` is missing");
    check_error("a | stats count() b", "b", "not expected in a pipe");
    check_error("a | head", "", "`head` needs a number");
    check_error("a | head 0", "0", "not a number of rows");
    check_error("a | head 1000000", "1000000", "not a number of rows");
    check_error("a | fields b c", "c", "not expected in a pipe");
    check_error("a | fields b,", "", "a name is missing");
    check_error("a | sort by b", "by", "a name is missing");
    check_error("a | where", "", "missing here");
    check_error("a | stats count() | where count() | head 5", "count()", "comparison is missing");
    check_error("a | where (b", "(", "parenthesis is not closed");
    check_error("a | where b)", ")", "not expected in a pipe");
    check_error(&"| head 5".repeat(33), "| head 5", "more than 32 pipes");
    check_error(&format!("| fields {}", "a,".repeat(70)), "a", "more than 64 columns");
}

fn name() -> impl Strategy<Value = Name> + Clone {
    let special =
        prop::sample::select(vec!["by", "as", "desc", "bin", "span", "count", "p99", "10", "-a", "sum(b)"]);
    prop_oneof![text(), special.prop_map(str::to_owned)].prop_map(|text| Name { text, span: Span::default() })
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    proptest::collection::vec(name(), 1..4)
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let function = prop_oneof![
        prop::sample::select(vec![
            Function::Count,
            Function::Distinct,
            Function::Sum,
            Function::Average,
            Function::Min,
            Function::Max,
            Function::Rate,
            Function::First,
            Function::Last,
        ]),
        (0u16..=1_000).prop_map(Function::Percentile),
    ];
    let parts = (function, proptest::option::of(name()), name(), proptest::option::of(name()));
    parts.prop_map(|(function, field, otherwise, alias)| {
        let field = match function {
            Function::Rate => None,
            Function::Count => field,
            _ => field.or(Some(otherwise)),
        };
        Aggregate { function, field, alias, span: Span::default() }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![1u64..100_000, (1u64..1_000).prop_map(|minutes| minutes * 60_000)]
        .prop_map(|millis| Step { millis, span: Span::default() })
}

fn stage() -> impl Strategy<Value = Stage> {
    let aggregates = || proptest::collection::vec(aggregate(), 1..4);
    let key = prop_oneof![name().prop_map(Key::Field), step().prop_map(Key::Bin)];
    let sort_key = (name(), any::<bool>()).prop_map(|(name, descending)| SortKey { name, descending });
    prop_oneof![
        expression().prop_map(Stage::Where),
        (aggregates(), proptest::collection::vec(key, 0..3))
            .prop_map(|(aggregates, by)| Stage::Stats { aggregates, by }),
        (proptest::option::of(step()), aggregates(), proptest::collection::vec(name(), 0..3))
            .prop_map(|(step, aggregates, by)| Stage::Timechart { step, aggregates, by }),
        proptest::collection::vec(sort_key, 1..4).prop_map(Stage::Sort),
        (1..=HEAD_MAX).prop_map(Stage::Head),
        (1..=HEAD_MAX, names()).prop_map(|(count, fields)| Stage::Top { count, fields }),
        (1..=HEAD_MAX, names()).prop_map(|(count, fields)| Stage::Rare { count, fields }),
        names().prop_map(Stage::Fields),
        names().prop_map(Stage::Dedup),
    ]
}

fn unplaced_names(names: Vec<Name>) -> Vec<Name> {
    names.into_iter().map(|name| Name { span: Span::default(), ..name }).collect()
}

fn unplaced_aggregates(aggregates: Vec<Aggregate>) -> Vec<Aggregate> {
    let unplaced = |name: Option<Name>| name.map(|name| Name { span: Span::default(), ..name });
    let one = |aggregate: Aggregate| Aggregate {
        field: unplaced(aggregate.field),
        alias: unplaced(aggregate.alias),
        span: Span::default(),
        ..aggregate
    };
    aggregates.into_iter().map(one).collect()
}

fn unplaced(pipe: Pipe) -> Stage {
    let unplaced_step = |step: Step| Step { span: Span::default(), ..step };
    match pipe.stage {
        Stage::Where(condition) => Stage::Where(without_places(condition)),
        Stage::Stats { aggregates, by } => {
            let key = |key| match key {
                Key::Field(name) => Key::Field(Name { span: Span::default(), ..name }),
                Key::Bin(step) => Key::Bin(unplaced_step(step)),
            };
            Stage::Stats {
                aggregates: unplaced_aggregates(aggregates),
                by: by.into_iter().map(key).collect(),
            }
        }
        Stage::Timechart { step, aggregates, by } => Stage::Timechart {
            step: step.map(unplaced_step),
            aggregates: unplaced_aggregates(aggregates),
            by: unplaced_names(by),
        },
        Stage::Sort(keys) => Stage::Sort(
            keys.into_iter()
                .map(|key| SortKey { name: Name { span: Span::default(), ..key.name }, ..key })
                .collect(),
        ),
        Stage::Head(count) => Stage::Head(count),
        Stage::Top { count, fields } => Stage::Top { count, fields: unplaced_names(fields) },
        Stage::Rare { count, fields } => Stage::Rare { count, fields: unplaced_names(fields) },
        Stage::Fields(names) => Stage::Fields(unplaced_names(names)),
        Stage::Dedup(names) => Stage::Dedup(unplaced_names(names)),
    }
}

proptest! {
    #[test]
    fn pipes_read_back_as_what_was_printed(
        filter in expression(),
        stages in proptest::collection::vec(stage(), 0..4),
    ) {
        let pipes = stages.iter().map(|stage| Pipe { stage: stage.clone(), span: Span::default() }).collect();
        let printed = Query { filter: filter.clone(), pipes }.to_string();
        let read = parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
        prop_assert_eq!(without_places(read.filter), filter, "{}", printed);
        let read: Vec<Stage> = read.pipes.into_iter().map(unplaced).collect();
        prop_assert_eq!(read, stages, "{}", printed);
    }

    #[test]
    fn no_mixture_of_pipes_makes_the_parser_panic(
        words in proptest::collection::vec(
            prop::sample::select(vec!["|", "stats", "timechart", "where", "sort", "head", "top", "fields", "dedup", "by",
                "as", "count", "()", "(", ")", ",", "p99", "bin", "5m", "span=", "desc", "a", "\"", "7", "é", "-", ">"]),
            0..16,
        ),
    ) {
        let text = words.join(" ");
        match parse(&text) {
            Ok(query) => prop_assert_eq!(parse(&query.to_string()).unwrap().to_string(), query.to_string()),
            Err(error) => prop_assert!(text.is_char_boundary(error.offset) && error.offset + error.length <= text.len()),
        }
    }
}
