//! From a document to a PDF: data for a template, a world without files, and a compiler that refuses what is not PDF/A-2a and PDF/UA-1.

mod fonts;
mod shown;
mod view;
mod visible;
mod world;

#[cfg(test)]
mod tests;

use typst::diag::SourceDiagnostic;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use self::world::SealedWorld;
use crate::Document;
use crate::zoned::zone;

/// Why there is no PDF. The document is wrong or too large, or the template has a defect.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be typeset: {0}")]
pub struct RenderError(String);

/// The PDF of a document: PDF/A-2a and PDF/UA-1, the same bytes for the same document, in every process.
///
/// # Errors
/// When it cannot be typeset.
pub fn render(document: &Document) -> Result<Vec<u8>, RenderError> {
    let failed = |errors: &[SourceDiagnostic]| {
        let told: Vec<String> = errors.iter().take(3).map(|error| error.message.to_string()).collect();
        RenderError(told.join("; "))
    };
    document.check().map_err(RenderError)?;
    let zone = zone(&document.period.zone).map_err(RenderError)?;
    let data =
        serde_json::to_vec(&view::of(document, &zone)).map_err(|error| RenderError(error.to_string()))?;
    let generated_at =
        view::datetime(document.generated_at).ok_or_else(|| RenderError("it bears no date".to_owned()))?;
    let world = SealedWorld::new(data);
    let pages = typst::compile::<PagedDocument>(&world).output.map_err(|errors| failed(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| RenderError(error.message().to_string()))?;
    let options = PdfOptions {
        ident: typst::foundations::Smart::Custom(document.id.clone()),
        creator: typst::foundations::Smart::Custom(Some(document.generator.clone())),
        timestamp: Some(typst_pdf::Timestamp::new_utc(generated_at)),
        standards,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&pages, &options).map_err(|errors| failed(&errors));
    // What was computed for this document is of no use for the next one, and would be kept.
    typst::comemo::evict(0);
    pdf
}
