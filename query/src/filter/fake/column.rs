//! Columns in memory, in every form that the index has.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use palisade_index::Template;
use palisade_record::Value;
use palisade_record::words::fold;

use super::{Form, Owned};
use crate::filter::view::DictionaryView;
use crate::filter::{
    Codes, ColumnView, Content, RowBitmap, Shared, TemplateIdsView, TemplatesView, TextsView,
};

#[derive(Debug)]
pub(crate) struct FakeColumn {
    values: Vec<Owned>,
    entry_count: usize,
    rows: Option<Vec<u32>>,
    codes: Option<Vec<u32>>,
    content: FakeContent,
}

#[derive(Debug)]
enum FakeContent {
    Values,
    Integers(Vec<i64>),
    Texts(String, Vec<u32>),
    Templates(FakeTemplates),
    Shared(Arc<Dictionary>),
}

#[derive(Debug)]
struct Dictionary {
    text: String,
    ends: Vec<u32>,
}

impl DictionaryView for Dictionary {
    fn find(&self, text: &str) -> Option<usize> {
        (0..self.ends.len()).find(|position| self.texts().get(*position) == text)
    }
    fn is_folded(&self) -> bool {
        fold(&self.text) == self.text
    }
    fn texts(&self) -> TextsView<'_> {
        TextsView::new(&self.text, &self.ends)
    }
}

#[derive(Debug)]
pub(crate) struct FakeTemplates {
    texts: Vec<String>,
    templates: Vec<Template>,
    ids: Vec<u32>,
    distinct: Vec<u32>,
}

impl FakeTemplates {
    fn new(texts: Vec<String>) -> Self {
        let (mut templates, mut ids) = (Vec::new(), Vec::new());
        for (place, text) in texts.iter().enumerate() {
            // Some texts stand as they are, as rare ones do.
            let template = Template::of(text).filter(|_| place % 5 != 4);
            ids.push(template.map_or(0, |template| {
                let known = templates.iter().position(|known| *known == template);
                let known = known.unwrap_or_else(|| {
                    templates.push(template);
                    templates.len() - 1
                });
                u32::try_from(known + 1).unwrap()
            }));
        }
        let distinct = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        Self { texts, templates, ids, distinct }
    }
}

impl TemplatesView for FakeTemplates {
    fn ids(&self) -> &[u32] {
        &self.ids
    }
    fn distinct(&self) -> &[u32] {
        &self.distinct
    }
    fn template(&self, id: u32) -> &Template {
        &self.templates[id as usize - 1]
    }
    fn render(&self, entry: usize, target: &mut String) {
        target.push_str(&self.texts[entry]);
    }
}

#[derive(Debug)]
pub(crate) struct FakeTemplateIds {
    rows: Option<Vec<u32>>,
    templates: Vec<Arc<Template>>,
    ids: Vec<u32>,
    distinct: Vec<u32>,
    text: String,
    ends: Vec<u32>,
}

impl TemplateIdsView for FakeTemplateIds {
    fn rows(&self) -> Option<&[u32]> {
        self.rows.as_deref()
    }
    fn distinct(&self) -> &[u32] {
        &self.distinct
    }
    fn template(&self, id: u32) -> &Arc<Template> {
        &self.templates[id as usize - 1]
    }
    fn standing(&self) -> TextsView<'_> {
        TextsView::new(&self.text, &self.ends)
    }
    fn entries_with(&self, marked: &[bool]) -> RowBitmap {
        RowBitmap::from_fn(self.ids.len(), |entry| {
            marked[self.distinct.binary_search(&self.ids[entry]).unwrap()]
        })
    }
}

fn joined(texts: &[String]) -> (String, Vec<u32>) {
    let mut text = String::new();
    let end = |part: &String| {
        text.push_str(part);
        u32::try_from(text.len()).unwrap()
    };
    let ends = texts.iter().map(end).collect();
    (text, ends)
}

impl FakeColumn {
    pub(super) fn template_ids(&self) -> Option<FakeTemplateIds> {
        let FakeContent::Templates(FakeTemplates { texts, templates, ids, distinct }) = &self.content else {
            return None;
        };
        let standing = texts.iter().zip(ids).filter(|(_, id)| **id == 0).map(|(text, _)| text.clone());
        let (text, ends) = joined(&standing.collect::<Vec<_>>());
        let templates = templates.iter().cloned().map(Arc::new).collect();
        Some(FakeTemplateIds {
            rows: self.rows.clone(),
            templates,
            ids: ids.clone(),
            distinct: distinct.clone(),
            text,
            ends,
        })
    }

    pub(super) fn new(entries: Vec<(u32, Owned)>, rows: u32, form: Form) -> Self {
        let is_dense = entries.iter().map(|(row, _)| *row).eq(0..rows);
        let entry_rows = (!is_dense).then(|| entries.iter().map(|(row, _)| *row).collect());
        let all: Vec<Owned> = entries.into_iter().map(|(_, value)| value).collect();
        let texts: Option<Vec<String>> = all
            .iter()
            .map(|value| if let Owned::Text(text) = value { Some(text.clone()) } else { None })
            .collect();
        let numbers: Option<Vec<i64>> = all
            .iter()
            .map(|value| if let Owned::Integer(number) = value { Some(*number) } else { None })
            .collect();
        let mut distinct: Vec<Owned> = Vec::new();
        let mut codes = Vec::new();
        for value in &all {
            let known = distinct.iter().position(|known| known == value);
            codes.push(u32::try_from(known.unwrap_or(distinct.len())).unwrap());
            if known.is_none() {
                distinct.push(value.clone());
            }
        }
        let entry_count = all.len();
        let column = |values, codes, content| Self { values, entry_count, rows: entry_rows, codes, content };
        match (form, numbers, texts) {
            (Form::Own, ..) => column(all, None, FakeContent::Values),
            (Form::Texts | Form::Templates | Form::Shared, Some(numbers), _) => {
                column(all, None, FakeContent::Integers(numbers))
            }
            (Form::Texts, _, Some(texts)) => {
                let (text, ends) = joined(&texts);
                column(all, None, FakeContent::Texts(text, ends))
            }
            (Form::Templates, _, Some(texts)) => {
                column(all, None, FakeContent::Templates(FakeTemplates::new(texts)))
            }
            (Form::Shared, _, Some(texts)) => {
                let sorted: Vec<String> =
                    texts.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
                let code = |text: &String| u32::try_from(sorted.binary_search(text).unwrap()).unwrap();
                let codes = texts.iter().map(code).collect();
                let (text, ends) = joined(&sorted);
                let values = sorted.into_iter().map(Owned::Text).collect();
                column(values, Some(codes), FakeContent::Shared(Arc::new(Dictionary { text, ends })))
            }
            // One value for all, when there are several entries.
            _ if distinct.len() == 1 && entry_count > 1 => {
                column(distinct, Some(Vec::new()), FakeContent::Values)
            }
            _ => column(distinct, Some(codes), FakeContent::Values),
        }
    }
}

impl ColumnView for FakeColumn {
    type Templates = FakeTemplates;

    fn value_count(&self) -> usize {
        self.values.len()
    }
    fn value(&self, position: usize) -> Value<'_> {
        self.values[position].as_value()
    }
    fn entry_count(&self) -> usize {
        self.entry_count
    }
    fn rows(&self) -> Option<&[u32]> {
        self.rows.as_deref()
    }
    fn codes(&self) -> Codes<'_> {
        match &self.codes {
            None => Codes::Own,
            Some(codes) if codes.is_empty() => Codes::One,
            Some(codes) => Codes::Of(codes),
        }
    }
    fn content(&self) -> Content<'_, FakeTemplates> {
        match &self.content {
            FakeContent::Values => Content::Values,
            FakeContent::Integers(numbers) => Content::Integers(numbers),
            FakeContent::Texts(text, ends) => Content::Texts(TextsView::new(text, ends)),
            FakeContent::Templates(templates) => Content::Templates(templates),
            FakeContent::Shared(dictionary) => {
                let owner: Arc<dyn Any + Send + Sync> = Arc::clone(dictionary) as _;
                Content::Shared(Shared { dictionary: &**dictionary, owner: Arc::downgrade(&owner) })
            }
        }
    }
}
