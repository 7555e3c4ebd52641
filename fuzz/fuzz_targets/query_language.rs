//! A query that can be read has one text: what is printed reads back and prints the same. Errors point into the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_query::language::{DEPTH_MAX, parse};

fuzz_target!(|text: &str| match parse(text) {
    // Printing adds parentheses, so that a tree at the limit of depth cannot be read again; short texts stay below.
    Ok(query) if text.len() < DEPTH_MAX => {
        let printed = query.to_string();
        match parse(&printed) {
            Ok(again) => assert_eq!(again.to_string(), printed, "from `{text}`"),
            Err(error) => panic!("`{text}` printed as `{printed}`, which is refused: {error}"),
        }
    }
    Ok(_) => {}
    Err(error) => {
        assert!(error.offset + error.length <= text.len(), "{error} in a text of {} bytes", text.len());
        assert!(text.is_char_boundary(error.offset), "{error} begins inside a character");
    }
});
