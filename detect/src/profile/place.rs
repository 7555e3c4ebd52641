//! Where on earth addresses are, by a file that somebody brings: an MMDB file, as several vendors offer it. None is shipped.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{PathElement, Reader};
use serde::Deserialize;
use thiserror::Error;

/// The names under which something stands, from the outermost on.
type Names = &'static [&'static str];

// Vendors call the same things by different names; those of MaxMind and DB-IP come first.
const COUNTRY_PATHS: [Names; 3] = [&["country", "iso_code"], &["country_code"], &["country"]];
const LATITUDE_PATHS: [Names; 2] = [&["location", "latitude"], &["latitude"]];
const LONGITUDE_PATHS: [Names; 2] = [&["location", "longitude"], &["longitude"]];
const RADIUS_PATHS: [Names; 1] = [&["location", "accuracy_radius"]];

/// Kilometres from the middle of the earth to its surface, on average.
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Where an address is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// Degrees to the north.
    pub latitude: f64,
    /// Degrees to the east.
    pub longitude: f64,
    /// How far from there it may be.
    pub radius_km: f64,
}

/// Where addresses are.
pub struct Places {
    reader: Reader<Vec<u8>>,
}

/// Why a file does not tell where addresses are.
#[derive(Debug, Error)]
#[error(
    "the places of addresses cannot be read from {file}: {reason}; it must be an MMDB file of countries or cities"
)]
pub struct PlacesError {
    file: String,
    reason: maxminddb::MaxMindDbError,
}

impl Places {
    /// Reads an MMDB file.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn open(path: &Path) -> Result<Self, PlacesError> {
        let wrong = |reason| PlacesError { file: path.display().to_string(), reason };
        Ok(Self { reader: Reader::open_readfile(path).map_err(wrong)? })
    }

    /// The same from its bytes.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, PlacesError> {
        let wrong = |reason| PlacesError { file: "memory".to_owned(), reason };
        Ok(Self { reader: Reader::from_source(bytes).map_err(wrong)? })
    }

    /// The two letters of the country of an address, if the file knows.
    pub fn country(&self, address: IpAddr) -> Option<String> {
        self.find::<&str>(address, &COUNTRY_PATHS).map(str::to_owned)
    }

    /// Where an address is, if the file knows. One of countries does not.
    pub fn place(&self, address: IpAddr) -> Option<Place> {
        let degrees = |paths: &[Names]| self.find::<f64>(address, paths);
        let (latitude, longitude) = (degrees(&LATITUDE_PATHS)?, degrees(&LONGITUDE_PATHS)?);
        let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let radius_km = f64::from(self.find::<u16>(address, &RADIUS_PATHS).unwrap_or(0));
        is_on_earth.then_some(Place { latitude, longitude, radius_km })
    }

    /// The first of these that the file tells of an address. One that is broken within knows nothing of the addresses that lie there.
    fn find<'a, T: Deserialize<'a>>(&'a self, address: IpAddr, paths: &[Names]) -> Option<T> {
        let found = self.reader.lookup(address).ok()?;
        paths.iter().find_map(|names| {
            let path: Vec<PathElement<'_>> = names.iter().map(|name| PathElement::Key(name)).collect();
            found.decode_path(&path).ok().flatten()
        })
    }
}

impl Place {
    /// How far away another place is at least, over the surface of the earth.
    pub(crate) fn kilometres_to(&self, other: &Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
        let north = half(other.latitude - self.latitude);
        let east = half(other.longitude - self.longitude);
        // The haversine, which rounding may take past 1 for places on opposite sides of the earth.
        let haversine = (north + from.cos() * to.cos() * east).min(1.0);
        let between = 2.0 * EARTH_RADIUS_KM * haversine.sqrt().asin();
        (between - self.radius_km - other.radius_km).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::mmdb::{city, country, database};
    use super::*;

    fn place(latitude: f64, longitude: f64, radius_km: f64) -> Place {
        Place { latitude, longitude, radius_km }
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_file_tells_where_addresses_are() {
        let places = Places::from_bytes(database(&[
            ("192.0.2.0/24", city("DE", 52.5, 13.4, 20)),
            ("198.51.100.7/32", country("US")),
        ]));
        let places = places.unwrap();
        assert_eq!(places.country(address("192.0.2.200")).as_deref(), Some("DE"));
        assert_eq!(places.place(address("192.0.2.200")), Some(place(52.5, 13.4, 20.0)));
        assert_eq!(places.country(address("198.51.100.7")).as_deref(), Some("US"));
        assert_eq!(places.place(address("198.51.100.7")), None);
        assert_eq!(places.country(address("198.51.100.8")), None);
        assert_eq!(places.country(address("2001:db8::1")), None);
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_its_name() {
        let missing = Places::open(Path::new("/nowhere/at-all.mmdb")).err().unwrap().to_string();
        assert!(missing.contains("/nowhere/at-all.mmdb"), "{missing}");
        assert!(Places::from_bytes(b"no database".to_vec()).is_err());
    }

    #[test]
    fn distances_are_those_over_the_surface_less_what_is_not_known() {
        let (berlin, paris) = (place(52.52, 13.405, 0.0), place(48.857, 2.352, 0.0));
        assert!((berlin.kilometres_to(&paris) - 878.0).abs() < 2.0);
        let about = Place { radius_km: 100.0, ..paris };
        assert!((berlin.kilometres_to(&about) - 778.0).abs() < 2.0);
        assert_eq!(paris.kilometres_to(&about), 0.0);
        assert!((place(0.0, 180.0, 0.0).kilometres_to(&place(0.0, -180.0, 0.0))) < 1.0);
    }

    fn anywhere() -> impl Strategy<Value = Place> {
        (-90.0f64..=90.0, -180.0f64..=180.0).prop_map(|(latitude, longitude)| place(latitude, longitude, 0.0))
    }

    proptest! {
        #[test]
        fn nothing_is_further_away_than_the_other_side_of_the_earth(one in anywhere(), other in anywhere()) {
            let (there, back) = (one.kilometres_to(&other), other.kilometres_to(&one));
            prop_assert!((0.0..20_016.0).contains(&there) && (there - back).abs() < 1e-6);
        }

        #[test]
        fn any_bytes_are_a_file_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..400) {
            _ = Places::from_bytes(bytes.clone());
            let mut broken = database(&[("192.0.2.0/24", city("DE", 52.5, 13.4, 20))]);
            let at = at % broken.len();
            let end = (at + bytes.len().min(4)).min(broken.len());
            broken[at..end].copy_from_slice(&bytes[..end - at]);
            if let Ok(places) = Places::from_bytes(broken) {
                _ = places.country(address("192.0.2.1"));
                _ = places.place(address("192.0.2.1"));
            }
        }
    }
}
