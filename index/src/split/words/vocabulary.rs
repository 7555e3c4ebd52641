//! Which units have which words without digits, and which heads: a tantivy index with one document per unit.
//!
//! tantivy keeps no rows, no positions and no texts here: a word is asked for, units come out, and what stands in
//! them is verified on their columns.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::{Directory, OwnedBytes, RamDirectory};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    DocSet, Index, IndexReader, InvertedIndexReader, ReloadPolicy, TERMINATED, TantivyDocument, TantivyError,
    Term,
};

use super::bundle::Bundle;
use super::unit::UnitWords;

const WORD_FIELD: &str = "word";

/// Memory of tantivy's writer. It never splits a segment for it; the figure is its first allocation.
const WRITER_BYTES: usize = 15 << 20;

/// Words with a common beginning that are looked at before giving up and naming every unit.
const PREFIX_WORDS_MAX: usize = 20_000;

/// The files of the index.
pub(super) fn build(units: &[&UnitWords]) -> tantivy::Result<Vec<(PathBuf, OwnedBytes)>> {
    let directory = RamDirectory::create();
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let field = schema.add_text_field(WORD_FIELD, TextOptions::default().set_indexing_options(indexing));
    let mut writer = Index::builder()
        .schema(schema.build())
        .single_segment_index_writer(directory.clone(), WRITER_BYTES)?;
    for unit in units {
        let mut document = TantivyDocument::default();
        unit.letters().for_each(|word| document.add_text(field, word));
        writer.add_document(document)?;
    }
    files(&writer.finalize()?, &directory)
}

fn files(index: &Index, directory: &RamDirectory) -> tantivy::Result<Vec<(PathBuf, OwnedBytes)>> {
    let mut paths: Vec<PathBuf> = index.load_metas()?.list_segment_files().into_iter().collect();
    paths.push(PathBuf::from("meta.json"));
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        if directory.exists(&path)? {
            let bytes = read(directory, &path)?;
            files.push((path, bytes));
        }
    }
    Ok(files)
}

fn read(directory: &RamDirectory, path: &Path) -> tantivy::Result<OwnedBytes> {
    Ok(directory.open_read(path)?.read_bytes()?)
}

/// The index, open for questions. Answers are marks in a list with a place for each unit.
pub(super) struct Vocabulary {
    words: Arc<InvertedIndexReader>,
    field: Field,
}

impl Vocabulary {
    pub(super) fn open(bundle: Bundle) -> tantivy::Result<Self> {
        let index = Index::open(bundle)?;
        let field = index.schema().get_field(WORD_FIELD)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = IndexReader::searcher(&reader);
        let segment = searcher.segment_readers().first();
        let segment = segment.ok_or_else(|| TantivyError::InvalidArgument("no segment".to_owned()))?;
        Ok(Self { words: segment.inverted_index(field)?, field })
    }

    /// The units with this word.
    pub(super) fn find(&self, word: &str, found: &mut [bool]) -> tantivy::Result<()> {
        let term = Term::from_field_text(self.field, word);
        if let Some(mut postings) = self.words.read_postings(&term, IndexRecordOption::Basic)? {
            mark(&mut postings, found);
        }
        Ok(())
    }

    /// The units with a word that begins so.
    pub(super) fn find_prefix(&self, start: &str, found: &mut [bool]) -> tantivy::Result<()> {
        let start = start.as_bytes();
        let mut stream = self.words.terms().range().ge(start).into_stream()?;
        let mut looked_at = 0;
        while stream.advance() && stream.key().starts_with(start) {
            looked_at += 1;
            if looked_at > PREFIX_WORDS_MAX {
                found.fill(true);
                return Ok(());
            }
            let mut postings =
                self.words.read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
            mark(&mut postings, found);
        }
        Ok(())
    }
}

fn mark(postings: &mut impl DocSet, found: &mut [bool]) {
    while postings.doc() != TERMINATED {
        if let Some(unit) = found.get_mut(postings.doc() as usize) {
            *unit = true;
        }
        postings.advance();
    }
}
