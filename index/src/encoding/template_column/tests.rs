//! What columns of templates keep.

use proptest::prelude::*;

use super::super::dictionary::TemplateDictionary;
use super::*;

/// Encodes texts in blocks of `block`, reads them and compares; how many bytes, and how many were stored by template.
fn check(texts: &[&str], block: usize) -> (usize, usize) {
    let (mut cut, mut dictionary) = (CutTexts::default(), TemplateDictionary::default());
    texts.iter().for_each(|text| cut.push(text));
    cut.settle(&mut dictionary);
    let (mut bytes, mut by_template) = (0, 0);
    for start in (0..texts.len()).step_by(block) {
        let range = start..texts.len().min(start + block);
        let encoded = cut.encode_always(range.clone(), |text| texts[text].as_bytes(), &dictionary);
        bytes += encoded.len();
        let templates = Arc::new(dictionary.templates().clone());
        let column = TemplateColumn::decode(&encoded, range.len(), templates).unwrap();
        let mut text = String::new();
        for (entry, expected) in texts[range].iter().enumerate() {
            text.clear();
            column.render(entry, &mut text);
            assert_eq!(&text, expected);
        }
        let templates = Arc::new(dictionary.templates().clone());
        let ids = TemplateIds::decode(&encoded, column.len(), None, templates).unwrap();
        assert_eq!((ids.len(), ids.distinct()), (column.len(), column.distinct()));
        assert!(ids.standing().iter().map(str::as_bytes).eq(column.standing().iter()));
        for (code, id) in column.distinct().iter().enumerate() {
            let marked: Vec<bool> = (0..column.distinct().len()).map(|other| other == code).collect();
            let words = ids.entries_with(&marked);
            assert_eq!(words.len(), column.len().div_ceil(64));
            let is_marked = |entry: usize| words[entry / 64] >> (entry % 64) & 1 == 1;
            assert!((0..column.len()).all(|entry| is_marked(entry) == (column.ids()[entry] == *id)));
        }
        by_template += column.ids().iter().filter(|id| **id != 0).count();
    }
    (bytes, by_template)
}

#[test]
fn texts_of_one_kind_share_a_template_and_rare_ones_stand_as_they_are() {
    let texts: Vec<String> =
        (0..100).map(|n| format!("user u{n:07} took {} ms", n * 7)).chain(["once 1".to_owned()]).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (bytes, by_template) = check(&texts, 1_000);
    assert_eq!(by_template, 100);
    assert!(bytes < 160, "{bytes}");
}

#[test]
fn every_kind_of_slot_comes_back() {
    for text in [
        "",
        "0",
        "00",
        "007",
        "7",
        "1234567890123456789012345678901234567890",
        "999999999999999999",
        "9999999999999999999",
        "0x1f 0xDEAD 0xffffffffffffffffff 0x",
        "deadbeef1 DEADBEEF1 DeadBeef1",
        "123e4567-e89b-12d3-a456-426614174000",
        "123E4567-E89B-12D3-A456-426614174000x",
        "123E4567-E89B-12D3-A456-42661417400F",
        "\u{0}1\u{1f}2\u{fffd}3é4",
        "d41d8cd98f00b204e9800998ecf8427e d41d8cd98f00b204e9800998ecf8427e0",
        "a1b2c3d4e5f6_1 v1.2.3-rc4 ٣ 1٣",
        "\u{1F600}5",
    ] {
        for same in [1, 3, 40] {
            check(&vec![text; same], 64);
        }
    }
    let long = format!("{}{}", "1".repeat(300), "f1".repeat(140));
    check(&[long.as_str(); 4], 2);
}

#[test]
fn texts_with_too_many_values_stand_as_they_are() {
    let many = "1 ".repeat(200);
    let long = "a".repeat(20_000);
    assert_eq!(check(&[&many, &many, &many, &long, &long, &long], 6).1, 0);
}

#[test]
fn noise_is_left_to_the_caller() {
    let texts: Vec<String> = (0u64..200)
        .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string().replace(['0', '5'], "xyz"))
        .collect();
    let (mut cut, mut dictionary) = (CutTexts::default(), TemplateDictionary::default());
    let same = "the same text again and again";
    (0..200).for_each(|_| cut.push(same));
    cut.settle(&mut dictionary);
    assert!(cut.encode(0..200, |_| same.as_bytes(), &dictionary).is_some());
    cut.clear();
    texts.iter().for_each(|text| cut.push(text));
    cut.settle(&mut dictionary);
    assert!(cut.encode(0..200, |text| texts[text].as_bytes(), &dictionary).is_none());
}

#[test]
fn a_later_slice_keeps_the_numbers_of_an_earlier_one() {
    let mut dictionary = TemplateDictionary::default();
    let mut cut = CutTexts::default();
    for slice in 0..3 {
        cut.clear();
        let mut texts: Vec<String> =
            (0..5).map(|n| format!("kind {} of slice {slice}", ["a", "b"][n % 2])).collect();
        if slice > 0 {
            texts[4] = "once".to_owned();
        }
        texts.iter().for_each(|text| cut.push(text));
        cut.settle(&mut dictionary);
        let bytes = cut.encode_always(0..5, |text| texts[text].as_bytes(), &dictionary);
        let column = TemplateColumn::decode(&bytes, 5, Arc::new(dictionary.templates().clone())).unwrap();
        assert_eq!(column.ids(), if slice == 0 { [1, 2, 1, 2, 1] } else { [1, 2, 1, 2, 0] });
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,30}",
        "[a-f0-9]{1,40}",
        "(u[0-9]{1,3}|[0-9]{1,25}|0x[0-9a-f]{1,9}|[A-F0-9]{4,9}|[ =:.-]){1,6}",
        Just("00000000-0000-4000-8000-00000000000f".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_texts_come_back(kinds in proptest::collection::vec(text(), 1..5), picks in proptest::collection::vec(0usize..5, 0..120), block in 1usize..80) {
        let texts: Vec<&str> = picks.iter().map(|pick| kinds[pick % kinds.len()].as_str()).collect();
        check(&texts, block);
    }

    #[test]
    fn numbers_of_any_length_come_back(numbers in proptest::collection::vec("[0-9]{1,22}", 1..100)) {
        let texts: Vec<String> = numbers.iter().map(|number| format!("n={number};")).collect();
        check(&texts.iter().map(String::as_str).collect::<Vec<_>>(), 70);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), entries in 0usize..50) {
        decode_and_render(&bytes, entries);
    }

    #[test]
    fn damaged_columns_never_panic(place in any::<usize>(), damage in any::<u8>()) {
        let texts: Vec<String> = (0..90).map(|n| format!("user {n} id {:06x} at {}", n * 77, n % 3)).collect();
        let (mut cut, mut dictionary) = (CutTexts::default(), TemplateDictionary::default());
        texts.iter().for_each(|text| cut.push(text));
        cut.settle(&mut dictionary);
        let mut bytes = cut.encode_always(0..90, |text| texts[text].as_bytes(), &dictionary);
        let place = place % bytes.len();
        bytes[place] = damage;
        decode_and_render(&bytes, 90);
        decode_and_render(&bytes[..place], 90);
    }
}

fn decode_and_render(bytes: &[u8], entries: usize) {
    let mut dictionary = TemplateDictionary::default();
    for skeleton in [&b"user \xff id \xfe\x06 at \xff"[..], b"user \xff id \xff at \xff", b"\xfc"] {
        dictionary.intern(skeleton);
    }
    _ = TemplateIds::decode(bytes, entries, None, Arc::new(dictionary.templates().clone()));
    if let Ok(column) = TemplateColumn::decode(bytes, entries, Arc::new(dictionary.templates().clone())) {
        let mut text = String::new();
        (0..entries).for_each(|entry| column.render(entry, &mut text));
    }
}
