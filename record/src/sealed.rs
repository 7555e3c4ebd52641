//! How a sealed value is kept: its token is the value of the field, its body stands in a column of its own that nobody
//! searches or shows, because it is different for every record.

/// What the name of a field's bodies ends with. A field of a record that is called so is not searched either.
const BODY_SUFFIX: &str = "\u{0}body";

/// The name of the column with the bodies of a field.
pub fn body_name(field: &str, target: &mut String) {
    target.clear();
    target.push_str(field);
    target.push_str(BODY_SUFFIX);
}

/// Whether a column is one of bodies.
pub fn is_body_name(name: &str) -> bool {
    name.ends_with(BODY_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_bodies_is_known_by_its_name() {
        let mut name = "before".to_owned();
        body_name("patient_id", &mut name);
        assert!(is_body_name(&name) && !is_body_name("patient_id") && !is_body_name("body"));
    }
}
