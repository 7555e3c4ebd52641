//! The fonts of reports, which come with the program: the machine's own differ from place to place.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// The families that are used: one for text, one for what is read sign by sign.
const FAMILIES: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];

pub(super) struct Fonts {
    pub(super) book: LazyHash<FontBook>,
    pub(super) fonts: Vec<Font>,
}

/// All faces of the families.
pub(super) fn all() -> &'static Fonts {
    static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
        let faces = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
        let fonts: Vec<Font> = faces.filter(|font| FAMILIES.contains(&font.info().family.as_str())).collect();
        Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    });
    &FONTS
}

/// Whether every family has a face with this sign, so that it is seen wherever it stands.
pub(super) fn have(sign: char) -> bool {
    let family_has = |family: &&str| {
        let faces = all().fonts.iter().filter(|font| font.info().family == **family);
        faces.clone().count() > 0 && faces.clone().all(|font| font.info().coverage.contains(sign.into()))
    };
    FAMILIES.iter().any(family_has)
}
