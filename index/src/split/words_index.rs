//! Which blocks have which words: a tantivy index with one document per block.
//!
//! tantivy keeps no rows, no positions and no texts here: a word is asked for, blocks come out, and what stands in
//! them is verified on their columns.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palisade_record::words::{fold_into, words};
use tantivy::directory::{Directory, OwnedBytes, RamDirectory};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    DocSet, Index, IndexReader, InvertedIndexReader, ReloadPolicy, TERMINATED, TantivyDocument, TantivyError,
    Term,
};

use super::bundle::{self, Bundle};
use super::read::Probe;
use crate::Block;
use crate::error::{Error, Result};

const WORD_FIELD: &str = "word";

/// Words are cut here, in the index and in questions to it alike. Longer ones are base64 or the like: their first
/// part tells them apart as well as the whole.
const WORD_BYTES_MAX: usize = 128;

/// Memory of tantivy's writer. It never splits a segment for it; the figure is its first allocation.
const WRITER_BYTES: usize = 32 << 20;

/// Words with a common beginning that are looked at before giving up and naming every block.
const PREFIX_WORDS_MAX: usize = 20_000;

/// The word as it is indexed.
fn cut(word: &str) -> &str {
    if word.len() <= WORD_BYTES_MAX { word } else { &word[..word.floor_char_boundary(WORD_BYTES_MAX)] }
}

/// The index object of these blocks.
pub(crate) fn build(split: &str, blocks: &[Arc<Block>]) -> Result<Vec<u8>> {
    let failed = |source| Error::Tantivy { split: split.to_owned(), source: Box::new(source) };
    let directory = RamDirectory::create();
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let field = schema.add_text_field(WORD_FIELD, TextOptions::default().set_indexing_options(indexing));
    let mut writer = Index::builder()
        .schema(schema.build())
        .single_segment_index_writer(directory.clone(), WRITER_BYTES)
        .map_err(failed)?;
    for block in blocks {
        let document = document(block, field)?;
        writer.add_document(document).map_err(failed)?;
    }
    let index = writer.finalize().map_err(failed)?;
    let files = files(&index, &directory).map_err(failed)?;
    Ok(bundle::write(&files))
}

fn document(block: &Block, field: Field) -> Result<TantivyDocument> {
    let mut document = TantivyDocument::default();
    let (mut known, mut folded) = (HashSet::<Box<str>>::new(), String::new());
    for column in &block.info().columns {
        let Some(column) = block.column(&column.name)? else { continue };
        for position in 0..column.value_count() {
            fold_into(&column.value(position).as_text(), &mut folded);
            for word in words(&folded).map(cut) {
                if !known.contains(word) {
                    known.insert(word.into());
                    document.add_text(field, word);
                }
            }
        }
    }
    Ok(document)
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

/// The index of a split, open for questions.
pub(crate) struct WordsIndex {
    split: String,
    words: Arc<InvertedIndexReader>,
    field: Field,
}

impl WordsIndex {
    pub(crate) fn open(split: &str, bundle: Bundle) -> Result<Self> {
        let failed = |source| Error::Tantivy { split: split.to_owned(), source: Box::new(source) };
        let open = || -> tantivy::Result<(Arc<InvertedIndexReader>, Field)> {
            let index = Index::open(bundle)?;
            let field = index.schema().get_field(WORD_FIELD)?;
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
            let searcher = IndexReader::searcher(&reader);
            let segment = searcher.segment_readers().first();
            let segment = segment.ok_or_else(|| TantivyError::InvalidArgument("no segment".to_owned()))?;
            Ok((segment.inverted_index(field)?, field))
        };
        let (words, field) = open().map_err(failed)?;
        Ok(Self { split: split.to_owned(), words, field })
    }

    /// For each block whether it can hold what is asked for.
    pub(crate) fn candidates(&self, probe: &Probe, blocks: usize) -> Result<Vec<bool>> {
        self.answer(probe, blocks)
            .map_err(|source| Error::Tantivy { split: self.split.clone(), source: Box::new(source) })
    }

    fn answer(&self, probe: &Probe, blocks: usize) -> tantivy::Result<Vec<bool>> {
        Ok(match probe {
            Probe::Any => vec![true; blocks],
            Probe::None => vec![false; blocks],
            Probe::Word(word) => self.blocks_with(word, blocks)?,
            Probe::Prefix(start) => self.blocks_with_prefix(start, blocks)?,
            Probe::All(probes) => {
                let mut all = vec![true; blocks];
                for probe in probes {
                    if !all.contains(&true) {
                        break;
                    }
                    let found = self.answer(probe, blocks)?;
                    all.iter_mut().zip(found).for_each(|(all, found)| *all &= found);
                }
                all
            }
            Probe::OneOf(probes) => {
                let mut any = vec![false; blocks];
                for probe in probes {
                    let found = self.answer(probe, blocks)?;
                    any.iter_mut().zip(found).for_each(|(any, found)| *any |= found);
                }
                any
            }
        })
    }

    fn blocks_with(&self, word: &str, blocks: usize) -> tantivy::Result<Vec<bool>> {
        let mut found = vec![false; blocks];
        let term = Term::from_field_text(self.field, cut(word));
        if let Some(mut postings) = self.words.read_postings(&term, IndexRecordOption::Basic)? {
            mark(&mut postings, &mut found);
        }
        Ok(found)
    }

    fn blocks_with_prefix(&self, start: &str, blocks: usize) -> tantivy::Result<Vec<bool>> {
        let start = cut(start).as_bytes();
        let mut found = vec![false; blocks];
        let mut stream = self.words.terms().range().ge(start).into_stream()?;
        let mut looked_at = 0;
        while stream.advance() && stream.key().starts_with(start) {
            looked_at += 1;
            if looked_at > PREFIX_WORDS_MAX {
                return Ok(vec![true; blocks]);
            }
            let mut postings =
                self.words.read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
            mark(&mut postings, &mut found);
        }
        Ok(found)
    }
}

fn mark(postings: &mut impl DocSet, found: &mut [bool]) {
    while postings.doc() != TERMINATED {
        if let Some(block) = found.get_mut(postings.doc() as usize) {
            *block = true;
        }
        postings.advance();
    }
}
