//! Results as files.

use std::collections::BTreeMap;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::*;

const PATH: &str = "/api/v1/export";

/// Three records, two of them in a split, with fields of every kind.
fn server() -> Server {
    let server = Server::new();
    let record = |number: i64, line: &str| (number * 1_000_000_000, line.as_bytes().to_vec());
    let records = [
        record(1, r#"{"user":"=cmd()","count":7,"share":{"d":"0.5"},"ok":true,"tags":["a","b"],"odd":1}"#),
        record(2, r#"{"user":"bo, \"b\"","count":-8,"share":2,"ok":false}"#),
        record(3, r#"{"user":"cy","count":9,"odd":"text"}"#),
    ];
    server.give("app", "a", &records[..2]);
    server.index.publish().unwrap();
    server.give("app", "a", &records[2..]);
    server
}

/// The text of an export.
fn exported(server: &Server, request: &Json) -> String {
    let (status, bytes) = server.send(post(PATH, request));
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&bytes));
    String::from_utf8(bytes).unwrap()
}

/// The text without the id of the export, which stands last in it; and how often it stood there.
fn unmarked(text: &str) -> (String, usize) {
    let id = text.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
    let id = &id[id.len() - 32..];
    assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    (text.replace(id, "ID"), text.matches(id).count())
}

#[test]
fn records_are_rows_of_all_their_fields_and_each_says_which_export_it_left_with() {
    let text = exported(&server(), &json!({"format": "csv", "order": "time"}));
    let (text, ids) = unmarked(&text);
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "timestamp,received_at,id,stream,count,odd,ok,share,tags,user,export_id");
    assert!(lines[1].starts_with("1970-01-01T00:00:01.000Z,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",app,7,1,true,0.5,\"[\"\"a\"\",\"\"b\"\"]\",'=cmd(),ID"), "{}", lines[1]);
    assert!(lines[2].ends_with(",app,-8,,false,2,,\"bo, \"\"b\"\"\",ID"), "{}", lines[2]);
    assert_eq!((lines.len(), ids), (4, 3));
}

#[test]
fn named_columns_stand_in_their_order_and_unknown_ones_are_empty() {
    let server = server();
    let text = exported(
        &server,
        &json!({"format": "csv", "columns": ["user", "nobody", "count"], "query": "count:9"}),
    );
    assert_eq!(unmarked(&text).0, "user,nobody,count,export_id\r\ncy,,9,ID\r\n");
    let (status, bytes) = server.send(get("/api/v1/export?format=csv&columns=count,user&query=count:9"));
    assert_eq!(status, StatusCode::OK);
    assert_eq!(unmarked(&String::from_utf8(bytes).unwrap()).0, "count,user,export_id\r\n9,cy,ID\r\n");
}

#[test]
fn nothing_found_is_a_header_alone() {
    let text = exported(&server(), &json!({"format": "csv", "columns": "user", "query": "count:10"}));
    assert_eq!(text, "user,export_id\r\n");
}

#[test]
fn lines_are_the_records_of_a_search_with_the_id_of_the_export() {
    let server = server();
    let text = exported(&server, &json!({"format": "ndjson", "order": "time"}));
    let found = server.post("/api/v1/search", &json!({"order": "oldest"}));
    let mut lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &mut lines {
        assert_eq!(line.as_object_mut().unwrap().remove("export_id").unwrap().as_str().unwrap().len(), 32);
    }
    assert_eq!(Json::from(lines), found["records"]);
}

#[test]
fn a_table_is_exported_as_it_is_shown() {
    let server = server();
    let query = "* | sort user | fields user, count";
    let text = exported(&server, &json!({"format": "csv", "query": query}));
    let expected = "user,count,export_id\r\n'=cmd(),7,ID\r\n\"bo, \"\"b\"\"\",-8,ID\r\ncy,9,ID\r\n";
    assert_eq!(unmarked(&text).0, expected);
    let text = exported(&server, &json!({"format": "ndjson", "query": "* | stats count() as n by ok"}));
    assert!(unmarked(&text).0.contains("{\"ok\":true,\"n\":1,\"export_id\":\"ID\"}\n"), "{text}");
}

/// The rows of a Parquet file, and its metadata.
fn read(bytes: Vec<u8>) -> (Vec<BTreeMap<String, Field>>, BTreeMap<String, String>) {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let about = pairs.into_iter().filter_map(|pair| Some((pair.key, pair.value?))).collect();
    let rows =
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().into_columns().into_iter().collect());
    (rows.collect(), about)
}

#[test]
fn a_parquet_file_has_columns_of_their_kinds() {
    let (status, bytes) = server().send(post(PATH, &json!({"format": "parquet", "order": "time"})));
    assert_eq!(status, StatusCode::OK);
    let (rows, about) = read(bytes);
    assert_eq!(rows.len(), 3);
    let text = |text: &str| Field::Str(text.to_owned());
    assert_eq!((&rows[0]["user"], &rows[0]["count"]), (&text("=cmd()"), &Field::Long(7)));
    assert_eq!((&rows[0]["share"], &rows[1]["share"]), (&Field::Double(0.5), &Field::Double(2.0)));
    assert_eq!((&rows[1]["ok"], &rows[2]["ok"]), (&Field::Bool(false), &Field::Null));
    assert_eq!(
        (&rows[0]["tags"], &rows[0]["odd"], &rows[2]["odd"]),
        (&text("[\"a\",\"b\"]"), &text("1"), &text("text"))
    );
    assert_eq!(rows[2]["timestamp"], Field::Long(3_000_000_000));
    assert_eq!(rows[2]["export_id"], text(&about["palisade.export_id"]));
    assert_eq!(about["palisade.exported_by"], "tester");
}

#[test]
fn a_parquet_file_of_nothing_has_its_columns() {
    let request = json!({"format": "parquet", "columns": ["user"], "query": "count:10"});
    let (_, bytes) = server().send(post(PATH, &request));
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let names: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    assert_eq!((names, reader.metadata().num_row_groups()), (vec!["user", "export_id"], 0));
}

#[test]
fn what_does_not_go_together_is_said() {
    let server = server();
    let refused = |request: Json| {
        let (status, bytes) = server.send(post(PATH, &request));
        assert_eq!(status, StatusCode::BAD_REQUEST, "{request}");
        let error: Json = serde_json::from_slice(&bytes).unwrap();
        format!(
            "{}; {}",
            error["error"]["message"].as_str().unwrap(),
            error["error"]["hint"].as_str().unwrap()
        )
    };
    let table = "* | stats count() by user";
    assert!(refused(json!({"query": table})).contains("choose the format csv"));
    assert!(refused(json!({"query": table, "format": "csv", "columns": ["user"]})).contains("| fields a, b"));
    assert!(refused(json!({"format": "ndjson", "columns": ["user"]})).contains("choose csv or parquet"));
    assert!(refused(json!({"format": "xlsx"})).contains("raw"));
    let many: Vec<String> = (0..1_025).map(|number| format!("f{number}")).collect();
    assert!(refused(json!({"format": "csv", "columns": many})).contains("at most 1024"));
}
