//! What the index object promises: every block that has a word is named, and hardly any other.

use std::collections::BTreeSet;

use palisade_record::words::{fold, words};
use proptest::prelude::*;

use super::*;
use palisade_storage::{CountingStorage, MemoryStorage, Terms};

fn unit(texts: &[String]) -> UnitWords {
    let mut collector = WordCollector::new();
    texts.iter().for_each(|text| collector.add(text));
    collector.finish()
}

/// Texts of the dictionaries, and of each block.
type SliceTexts = (Vec<String>, Vec<Vec<String>>);

fn object(slices: &[SliceTexts]) -> Vec<u8> {
    let words_of = |(dictionaries, blocks): &SliceTexts| SliceWords {
        dictionaries: unit(dictionaries),
        blocks: blocks.iter().map(|texts| unit(texts)).collect(),
    };
    let slices: Vec<SliceWords> = slices.iter().map(words_of).collect();
    build("split", &slices.iter().collect::<Vec<_>>()).unwrap()
}

fn stored(object: &[u8]) -> Words {
    let storage = Arc::new(MemoryStorage::default());
    storage.put("splits/a.index", object, &Terms::default()).unwrap();
    Words::open(storage, "splits/a.index").unwrap()
}

fn open(slices: &[SliceTexts]) -> Words {
    stored(&object(slices))
}

/// For each block whether one of its words, or of the dictionaries of its slice, passes.
fn having(slices: &[SliceTexts], pass: impl Fn(&str) -> bool) -> Vec<bool> {
    let passes = |texts: &Vec<String>| texts.iter().any(|text| words(&fold(text)).any(&pass));
    let blocks = |(dictionaries, blocks): &SliceTexts| {
        let shared = passes(dictionaries);
        blocks.iter().map(|texts| shared || passes(texts)).collect::<Vec<_>>()
    };
    slices.iter().flat_map(blocks).collect()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("([a-bA-B0-2É_]{1,4}[ .-]?){0,4}|[a-z]{126,130}", 0..6)
}

fn slices() -> impl Strategy<Value = Vec<SliceTexts>> {
    proptest::collection::vec((texts(), proptest::collection::vec(texts(), 0..4)), 0..4)
}

fn covers(found: &[bool], having: &[bool]) -> bool {
    found.len() == having.len() && found.iter().zip(having).all(|(found, has)| *found || !has)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_block_with_a_word_is_named(slices in slices(), others in texts()) {
        let index = open(&slices);
        let mut asked: BTreeSet<String> = BTreeSet::new();
        let all = slices.iter().flat_map(|(shared, blocks)| shared.iter().chain(blocks.iter().flatten()));
        for text in all.chain(&others) {
            asked.extend(words(&fold(text)).map(str::to_owned));
        }
        for word in &asked {
            let found = index.candidates(&Probe::Word(word.clone())).unwrap();
            prop_assert!(covers(&found, &having(&slices, |other| other == word)), "{}", word);
            let start: String = word.chars().take(2).collect();
            let found = index.candidates(&Probe::Prefix(start.clone())).unwrap();
            let having = having(&slices, |other| other.starts_with(&start));
            prop_assert!(covers(&found, &having), "{}*", start);
            if !start.contains(|character: char| character.is_ascii_digit()) {
                prop_assert_eq!(found, having, "{}*", start);
            }
        }
    }

    #[test]
    fn arbitrary_footers_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        _ = read_slices(&mut Reader::new(&bytes));
        _ = read_sets(&mut Reader::new(&bytes), 1_000);
        _ = bundle::read_files(&mut Reader::new(&bytes), 1_000);
    }
}

/// 40 blocks in two slices: words of their own, words that all share, words that dictionaries have.
fn forty_blocks() -> Vec<SliceTexts> {
    let block = |block: usize| (0..500).map(|row| format!("job {block}x{row} took {} ms", row % 7)).collect();
    let slice = |slice: usize| {
        let users = (0..1_000).map(|user| format!("u{slice}{user:05}")).collect();
        (users, (slice * 20..slice * 20 + 20).map(block).collect())
    };
    (0..2).map(slice).collect()
}

fn count(index: &Words, probe: &Probe) -> usize {
    index.candidates(probe).unwrap().iter().filter(|found| **found).count()
}

fn word(word: &str) -> Probe {
    Probe::Word(word.to_owned())
}

fn prefix(start: &str) -> Probe {
    Probe::Prefix(start.to_owned())
}

#[test]
fn a_word_of_a_block_a_slice_or_everything_names_just_these() {
    let index = open(&forty_blocks());

    assert_eq!(count(&index, &word("17x499")), 1);
    assert_eq!(count(&index, &word("u100999")), 20);
    assert_eq!(count(&index, &word("took")), 40);
    assert_eq!(count(&index, &word("6")), 40);
    assert_eq!(count(&index, &word("gave")), 0);
}

#[test]
fn a_beginning_names_blocks_by_letters_or_by_what_stands_before_its_first_digit() {
    let index = open(&forty_blocks());

    assert_eq!(count(&index, &prefix("too")), 40);
    assert_eq!(count(&index, &prefix("tooo")), 0);
    assert_eq!(count(&index, &prefix("u")), 40);
    assert_eq!(count(&index, &prefix("u1009")), 40);
    assert_eq!(count(&index, &prefix("ux9")), 0);
    assert_eq!(count(&index, &prefix("1")), 40);
}

#[test]
fn probes_are_joined_block_by_block() {
    let index = open(&forty_blocks());

    assert_eq!(count(&index, &Probe::Any), 40);
    assert_eq!(count(&index, &Probe::None), 0);
    // One word is in a block, the other in the dictionaries of its slice.
    assert_eq!(count(&index, &Probe::All(vec![word("17x499"), word("u000017")])), 1);
    assert_eq!(count(&index, &Probe::All(vec![word("17x499"), word("u100017")])), 0);
    assert_eq!(count(&index, &Probe::OneOf(vec![word("17x499"), word("39x0"), word("gave")])), 2);
}

#[test]
fn opening_reads_little_and_a_question_a_small_part_at_most() {
    let storage = Arc::new(CountingStorage::new(MemoryStorage::default()));
    storage.put("splits/a.index", &object(&forty_blocks()), &Terms::default()).unwrap();

    let index = Words::open(storage.clone(), "splits/a.index").unwrap();
    let opening = storage.take();
    assert_eq!((opening.reads, opening.questions), (1, 0), "{opening:?}");
    count(&index, &word("17x499"));
    let reads = storage.take();
    assert!(reads.reads == 1 && reads.bytes < 4_096, "{reads:?}");
    count(&index, &word("took"));
    count(&index, &prefix("u1"));
    assert_eq!(storage.take().reads, 1, "the files of tantivy");
}

#[test]
fn a_word_that_is_nowhere_is_hardly_ever_taken_for_one_that_is() {
    let index = open(&forty_blocks());

    let false_answers =
        (0..20_000).filter(|number| count(&index, &word(&format!("absent{number}"))) > 0).count();

    // One in 64 is what the format promises; the share lies between half and twice of it by its rounding.
    assert!(false_answers < 20_000 / 32, "{false_answers} of 20,000");
}

#[test]
fn a_changed_byte_of_a_partition_is_noticed() {
    let mut object = object(&forty_blocks());
    let index = stored(&object);
    let range = index.layout.range(word_hash(b"17x499"));
    object[usize::try_from(index.sets_start + range.start).unwrap() + 5] ^= 0x10;

    let index = stored(&object);

    let error = index.candidates(&word("17x499")).unwrap_err();
    assert!(error.to_string().contains("does not match its checksum"), "{error}");
}

#[test]
fn hashes_sorted_in_several_ranges_are_all_found() {
    let mut collector = WordCollector::new();
    let mut unit = |numbers: std::ops::Range<i64>| {
        numbers.for_each(|number| collector.add_integer(number));
        collector.finish()
    };
    let units = [unit(0..15_000), unit(14_000..24_000)];

    let (sets, layout) = hash_sets::build_by(&units.iter().collect::<Vec<_>>(), 1_000);

    assert_eq!(layout.length(), sets.len() as u64);
    for (number, expected) in [(0, [true, false]), (14_500, [true, true]), (23_999, [false, true])] {
        let hash = word_hash(format!("{number}").as_bytes());
        let range = layout.range(hash);
        let partition = &sets[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        let mut found = [false; 2];
        layout.find(partition, hash, &mut found).unwrap();
        assert_eq!(found, expected, "{number}");
        assert!(partition.len() < 8_192);
    }
}
