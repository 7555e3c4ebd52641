//! How a body is packed, as its headers say.

use axum::http::{HeaderMap, StatusCode, header};
use palisade_access::ApiError;

/// A packing that is understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// Not packed.
    Identity,
    /// gzip, of one or several members.
    Gzip,
    /// zstd, of one or several frames.
    Zstd,
}

impl Encoding {
    /// Reads `Content-Encoding`. A body that was packed twice is refused: nobody needs it, and bombs hide there.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Result<Self, ApiError> {
        let refuse = |message: String| {
            let hint = "send the body with Content-Encoding zstd or gzip, or without one";
            ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message, hint)
        };
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(value) = values.next() else { return Ok(Self::Identity) };
        let text = String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase();
        if values.next().is_some() || text.contains(',') {
            return Err(refuse("the body is packed more than once".to_owned()));
        }
        match text.as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "zstd" => Ok(Self::Zstd),
            other => Err(refuse(format!("content encoding `{}` is not known", other.escape_debug()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Result<Encoding, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CONTENT_ENCODING, value.parse().unwrap());
        }
        Encoding::of_headers(&headers).map_err(|error| error.status.as_u16())
    }

    #[test]
    fn one_known_packing_is_taken() {
        assert_eq!(of(&[]), Ok(Encoding::Identity));
        assert_eq!(of(&["identity"]), Ok(Encoding::Identity));
        assert_eq!(of(&["GZIP"]), Ok(Encoding::Gzip));
        assert_eq!(of(&["zstd"]), Ok(Encoding::Zstd));
    }

    #[test]
    fn unknown_and_repeated_packings_are_refused() {
        for values in [&["br"][..], &["gzip, gzip"], &["gzip", "gzip"], &["identity, zstd"]] {
            assert_eq!(of(values), Err(415), "{values:?}");
        }
    }
}
