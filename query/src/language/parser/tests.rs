use proptest::prelude::*;

use super::*;
use crate::language::RegexFlags;

#[track_caller]
pub(super) fn check(text: &str, printed: &str) {
    let query = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(query.to_string(), printed, "{text}");
}

#[track_caller]
pub(super) fn check_error(text: &str, part: &str, message: &str) {
    let error = parse(text).expect_err(text);
    assert!(error.message.contains(message), "{text}: {error}");
    assert_eq!(&text[error.offset..error.offset + error.length], part, "{text}: {error}");
    assert!(!error.hint.is_empty());
}

#[test]
fn words_and_fields_are_read() {
    check("", "*");
    check("  ", "*");
    check("*", "*");
    check("timeout", "timeout");
    check("level:error", "level:error");
    check("level : error", "level:error");
    check("'connection reset'", "\"connection reset\"");
    check(r#"message:"say \"hi\" to C:\Users""#, r#"message:"say \"hi\" to C:\\Users""#);
    check("\"my field\":x", "\"my field\":x");
    check(r"my\ field:x", "\"my field\":x");
    check("user:*", "user:*");
    check("_exists_:user", "user:*");
    check("@timestamp:x kubernetes.pod-name:y", "@timestamp:x and kubernetes.pod-name:y");
    check("don't", "\"don't\"");
    check("url:http://a/b?c=d", "url:http\\:\\/\\/a\\/b?c\\=d");
    check("http://a/b", "\"http://a/b\"");
    check("source_ip:fe80::1", "source_ip:\"fe80::1\"");
    check("source_ip:10.0.0.0/8", "source_ip:10.0.0.0/8");
    check("temperature:-5", "temperature:\"-5\"");
}

#[test]
fn precedence_is_not_then_and_then_or() {
    check("a b", "a and b");
    check("a b or c", "(a and b) or c");
    check("a or b c", "a or (b and c)");
    check("not a b", "not a and b");
    check("NOT a AND b Or c", "(not a and b) or c");
    check("a && !b || c", "(a and not b) or c");
    check("-a +b", "not a and b");
    check("a and (b or c)", "a and (b or c)");
    check("a-b -c", "a-b and not c");
    check("-level:debug", "not level:debug");
    check("not (a or b)", "not (a or b)");
    check("\"and\" or \"or\"", "\"and\" or \"or\"");
    check("android", "android");
}

#[test]
fn groups_of_values_share_their_field() {
    check("service:(payments or ledger)", "service:payments or service:ledger");
    check("f:(a or b and not c)", "f:a or (f:b and not f:c)");
    check("f:(\"a b\" c*) x", "(f:\"a b\" and f:c*) and x");
    check("f:(>=5 and <10)", "f>=5 and f<10");
    check("f:([1 TO 5] or g:7)", "f:[1 TO 5] or g:7");
}

#[test]
fn patterns_expressions_and_ranges_are_read() {
    check("pay*", "pay*");
    check("f:*pay* g:p?y", "f:*pay* and g:p?y");
    check(r"f:a\*b", "f:\"a*b\"");
    check(r"f:a\*b*", r"f:a\*b*");
    check("path:/v1/*", r"path:\/v1\/*");
    check("path:/api/v1/users", "path:\"/api/v1/users\"");
    check("path:/v1 or path:/v2", "path:\"/v1\" or path:\"/v2\"");
    check("path:/a or path:/s", "path:\"/a\" or path:\"/s\"");
    check("message:/time(d )?out/i", "message:/time(d )?out/i");
    check(r"/a\/b/ism x", r"/a\/b/ism and x");
    check("(/a|b/)", "/a|b/");
    check("status>=500", "status>=500");
    check("status:>=500", "status>=500");
    check("status >= 500", "status>=500");
    check("status!=500", "status!=500");
    check("status=500", "status=500");
    check("status<500 status<=5 status>\"a b\"", "status<500 and status<=5 and status>\"a b\"");
    check("status:[10 TO 20]", "status:[10 TO 20]");
    check("status:{10 to 20]", "status:{10 TO 20]");
    check("status:[10 TO *}", "status:[10 TO *]");
    check("status:[* TO *]", "status:*");
    check("t:[\"a b\" TO now-5m]", "t:[\"a b\" TO now-5m]");
}

#[test]
fn a_mistake_is_shown_at_its_place_with_a_way_out() {
    check_error("a \"b c", "\"b c", "quote is not closed");
    check_error("a (b or c", "(", "parenthesis is not closed");
    check_error("a)", ")", "was not opened");
    check_error("()", "()", "nothing between");
    check_error("a and", "", "missing here");
    check_error("a and or b", "or", "no condition before");
    check_error("or a", "or", "no condition before");
    check_error("not", "", "missing here");
    check_error("status:", "status:", "value after `status:` is missing");
    check_error("status: and x", "status: ", "value after `status:` is missing");
    check_error("(status>=)", "status>=", "value after `status>=` is missing");
    check_error("a==b", "==", "no operator `==`");
    check_error("->", ">", "no field before `>`");
    check_error(":x", ":", "no field before `:`");
    check_error("a*:x", "a*", "cannot have wildcards");
    check_error("a,b:x", "a,b", "cannot have `,`");
    check_error("a>b*", "b*", "wildcards cannot be used with >");
    check_error("a:[1 2]", "[1 ", "not a range");
    check_error("a:[error]", "[error", "not a range");
    check_error("a:[1 TO 2", "[1 TO 2", "not a range");
    check_error("message:/time(d", "/time(d", "regular expression is not closed");
    check_error("\"a b\"~3", "~", "not supported");
    check_error("(a | b)", "(", "parenthesis is not closed");
}

#[test]
fn a_query_is_bounded_in_length_depth_and_terms() {
    check_error(&"(".repeat(65), "(", "nested more than 64 deep");
    check_error(&"a ".repeat(1_025), "a", "more than 1024 conditions");
    let error = parse(&"a".repeat(QUERY_BYTES_MAX + 1)).unwrap_err();
    assert!(error.message.contains("bytes"), "{error}");
    assert!(parse(&"not ".repeat(40_000)[..60_000]).is_err());
    assert!(parse(&"-".repeat(60_000)).is_err());
}

pub(super) fn without_places(expr: Expr) -> Expr {
    match expr {
        Expr::All => Expr::All,
        Expr::And(parts) => Expr::And(parts.into_iter().map(without_places).collect()),
        Expr::Or(parts) => Expr::Or(parts.into_iter().map(without_places).collect()),
        Expr::Not(inner) => Expr::Not(Box::new(without_places(*inner))),
        Expr::Term(Term { field, test, .. }) => {
            let field = field.map(|name| Name { span: Span::default(), ..name });
            Expr::Term(Term { field, test, span: Span::default() })
        }
    }
}

pub(super) fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        "[a-zA-Z0-9_.@/-]{1,8}",
        "\\PC{0,8}",
        any::<String>(),
        prop::sample::select(vec!["and", "OR", "not", "to", "_exists_", "*", "-1", "/a/", "\\", "a\\", "{"])
            .prop_map(str::to_owned),
    ]
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let part = "\\PC{1,5}".prop_map(Piece::Text);
    (part.clone(), prop_oneof![Just(Piece::Any), Just(Piece::One)], proptest::option::of(part), any::<bool>())
        .prop_map(|(first, wild, last, swap)| {
            let mut pieces = if swap { vec![wild, first] } else { vec![first, wild] };
            if !swap {
                pieces.extend(last);
            }
            pieces
        })
}

fn test() -> impl Strategy<Value = Test> {
    let flags = any::<(bool, bool, bool)>().prop_map(|(ignore_case, dot_matches_newline, multi_line)| {
        RegexFlags { ignore_case, dot_matches_newline, multi_line }
    });
    let comparison = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ]);
    let bound = (text(), any::<bool>()).prop_map(|(value, inclusive)| Bound { value, inclusive });
    prop_oneof![
        4 => text().prop_map(Test::Text),
        2 => pieces().prop_map(Test::Wildcard),
        2 => ("[a-z /().|:*+]{0,8}[a-z]", flags).prop_map(|(pattern, flags)| Test::Regex { pattern, flags }),
        2 => (comparison, text()).prop_map(|(comparison, value)| Test::Compare { comparison, value }),
        1 => (bound.clone(), proptest::option::of(bound)).prop_map(|(low, high)| Test::Range { low: Some(low), high }),
        1 => Just(Test::Exists),
    ]
}

pub(super) fn expression() -> impl Strategy<Value = Expr> {
    let term = (proptest::option::of(text()), test()).prop_map(|(field, test)| {
        let free = matches!(test, Test::Text(_) | Test::Wildcard(_) | Test::Regex { .. });
        let field = field.or_else(|| (!free).then(|| "f".to_owned())).filter(|name| name != "_exists_");
        let field = field.or_else(|| (!free).then(|| "f".to_owned()));
        let field = field.map(|text| Name { text, span: Span::default() });
        Expr::Term(Term { field, test, span: Span::default() })
    });
    let leaf = prop_oneof![8 => term, 1 => Just(Expr::All)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        _ = parse(&text);
    }

    #[test]
    fn no_mixture_of_signs_makes_the_parser_panic(text in "[a-c \"'/\\\\()\\[\\]{}:<>=!|&*?+-]{0,24}") {
        match parse(&text) {
            Ok(query) => prop_assert_eq!(parse(&query.to_string()).unwrap().to_string(), query.to_string()),
            Err(error) => prop_assert!(text.is_char_boundary(error.offset) && error.offset + error.length <= text.len()),
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(filter in expression()) {
        let printed = filter.to_string();
        let read = parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error}")).filter;
        prop_assert_eq!(without_places(read), filter, "{}", printed);
    }
}
