//! The world of the compiler: the template, the data of one report, a few fonts, and nothing else.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::fonts::{self, Fonts};

const TEMPLATE: &str = include_str!("report.typ");

/// No file of the machine, no package of the network, no clock.
pub(super) struct SealedWorld {
    library: LazyHash<Library>,
    fonts: &'static Fonts,
    template: Source,
    data: (FileId, Bytes),
}

impl SealedWorld {
    /// A world in which the template finds this data.
    pub(super) fn new(data: Vec<u8>) -> Self {
        Self {
            library: LazyHash::new(Library::default()),
            fonts: fonts::all(),
            template: Source::new(file("report.typ"), TEMPLATE.to_owned()),
            data: (file("report.json"), Bytes::new(data)),
        }
    }
}

/// The name of one of the two files.
///
/// # Panics
/// Never: they are names.
fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("a plain name is a path");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for SealedWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let (data, bytes) = &self.data;
        if id == *data { Ok(bytes.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
