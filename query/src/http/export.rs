//! Results as files: of records or of tables, each with an id under which the audit trail knows it.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderName, Uri, header};
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Caller};
use palisade_record::StreamName;

use super::records::{NDJSON, stream};
use super::request::{EvidenceRequest, ExportRequest, Format, asked, from_address, from_body, question};
use crate::Engine;
use crate::engine::encode::{
    COLUMNS_MAX, Column, Columns, Csv, Encoder, Lines, Parquet, Proved, Raw, RowEncoder, columns_of,
    columns_of_table, named_columns,
};
use crate::engine::statistics::{Cell, Table};
use crate::engine::{Failure, Kind, Order, Plan, Question, Wanted, plan, split, statistics};
use crate::language::{HEAD_MAX, parse};

/// The header that says which export an answer is.
const EXPORT_HEADER: HeaderName = HeaderName::from_static("palisade-export");

/// An export under way.
struct Export<'a> {
    act: &'a Act,
    engine: &'a Engine,
    /// Under which the audit trail knows it.
    id: String,
    format: Format,
    named: Vec<String>,
}

pub(super) async fn export(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    begin(&act, &engine, from_body(&body)?).await
}

pub(super) async fn export_by_address(
    State(engine): State<Engine>,
    act: Act,
    uri: Uri,
) -> Result<Response, ApiError> {
    begin(&act, &engine, from_address(&uri)?).await
}

/// Records with what proves them.
pub(super) async fn evidence(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: EvidenceRequest = from_body(&body)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    check_whole(act.caller(), request.stream.as_ref())?;
    let body = all((&act, &engine), question, request.order.into(), Box::<Proved>::default()).await?;
    Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response())
}

/// Exact bytes show every field. Whether the first record that is found has one that is not shown would be chance.
fn check_whole(caller: &Caller, stream: Option<&StreamName>) -> Result<(), Failure> {
    let is_whole = match stream {
        Some(stream) => caller.reads_whole(stream.as_str()),
        None => caller.grants.are_whole(),
    };
    if is_whole { Ok(()) } else { Err(palisade_index::Error::Withheld.into()) }
}

async fn begin(act: &Act, engine: &Engine, request: ExportRequest) -> Result<Response, ApiError> {
    let id = format!("{:032x}", rand::random::<u128>());
    let (format, named) = (request.format, request.columns.into_list());
    act.tell("export_id", &*id);
    act.tell("format", format.name());
    if !named.is_empty() {
        act.tell("columns", named.clone());
    }
    let export = Export { act, engine, id, format, named };
    export.check()?;
    let (filter, pipes) = split(parse(&request.query).map_err(Failure::from)?);
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let range = asked((act, engine), &request.query, request.stream.as_ref(), from, to)?;
    let plan = (!pipes.is_empty()).then(|| plan(&pipes, engine.now())).transpose().map_err(Failure::from)?;
    let conditions = plan.iter().flat_map(Plan::conditions);
    let filter = conditions.fold(filter, crate::language::Expr::and);
    let question =
        Question::from_filter(filter, request.stream.as_ref(), range, &engine.asked_by(act.caller()))?;
    if plan.is_none() && format == Format::Raw {
        check_whole(act.caller(), request.stream.as_ref())?;
    }
    let body = match plan {
        None => export.of_records(question, request.order.into()).await?,
        Some(plan) => export.of_table(question, plan, request.order.into()).await?,
    };
    Ok(export.answer(body))
}

/// All matches, as they are found.
async fn all(
    asking: (&Act, &Engine),
    question: Question,
    order: Order,
    encoder: Box<dyn Encoder>,
) -> Result<Body, ApiError> {
    let wanted = Wanted { order, limit: None, encoder, with_progress: false };
    stream(asking, Kind::Export, question, wanted).await
}

impl Export<'_> {
    fn check(&self) -> Result<(), ApiError> {
        if self.named.len() > COLUMNS_MAX {
            let message = format!("`columns` names {} columns", self.named.len());
            return Err(ApiError::invalid(message, format!("name at most {COLUMNS_MAX}")));
        }
        if !self.named.is_empty() && !matches!(self.format, Format::Csv | Format::Parquet) {
            let message = format!("`columns` cannot be chosen in the format {}", self.format.name());
            return Err(ApiError::invalid(
                message,
                "choose csv or parquet, or a query that ends with `| fields a, b`",
            ));
        }
        Ok(())
    }

    async fn of_records(&self, question: Question, order: Order) -> Result<Body, ApiError> {
        let encoder: Box<dyn Encoder> = match self.format {
            Format::Raw => Box::<Raw>::default(),
            Format::Ndjson => Box::new(Lines { export: Some(self.id.clone()) }),
            Format::Csv | Format::Parquet => {
                let columns = self.columns(&question).await?;
                let rows = self.row_encoder(&columns)?;
                Box::new(Columns::new(&columns, &self.id, rows))
            }
        };
        all((self.act, self.engine), question, order, encoder).await
    }

    /// The columns of records. Which there are, and of what kind, is asked of the matches where it is not told.
    async fn columns(&self, question: &Question) -> Result<Vec<Column>, ApiError> {
        if self.format == Format::Csv && !self.named.is_empty() {
            return Ok(named_columns(&self.named));
        }
        let (question, named) = (question.clone(), self.named.clone());
        let work = move |inner: &_, budget: &_| columns_of(inner, budget, &question, &named);
        Ok(self.engine.run(Kind::Fields, work).await?)
    }

    async fn of_table(&self, question: Question, plan: Plan, order: Order) -> Result<Body, ApiError> {
        if self.format == Format::Raw {
            let hint = "choose the format csv, ndjson or parquet, or take the pipes away";
            return Err(ApiError::invalid("a table has no raw records", hint));
        }
        if !self.named.is_empty() {
            let hint = "end the query with `| fields a, b`";
            return Err(ApiError::invalid("`columns` cannot be chosen of a query with pipes", hint));
        }
        let rows_max = usize::try_from(HEAD_MAX).unwrap_or(usize::MAX);
        let work = move |inner: &_, budget: &_| {
            statistics(inner, budget, &question, &plan, order, rows_max, std::sync::Arc::default())
        };
        let answer = self.engine.run(Kind::Export, work).await?;
        if answer.truncated {
            let message = format!("the table has more than {HEAD_MAX} rows");
            return Err(ApiError::invalid(message, "narrow the query, or group by fewer fields"));
        }
        let count = answer.table.rows.len() as u64;
        let bytes = self.table(answer.table)?;
        let mut ending = self.act.ending();
        ending.sent(&bytes);
        ending.found(count);
        ending.complete().await?;
        Ok(bytes.into())
    }

    fn table(&self, mut table: Table) -> Result<Bytes, ApiError> {
        table.columns.push(Column::of_export().name);
        table.rows.iter_mut().for_each(|row| row.push(Cell::Text(self.id.as_str().into())));
        if self.format == Format::Ndjson {
            return Ok(table.rows_as_objects().into());
        }
        let mut columns = columns_of_table(&table);
        // The encoder adds the one of the export.
        columns.pop();
        let mut encoder = self.row_encoder(&columns)?;
        let mut bytes = encoder.rows(&table.rows)?.to_vec();
        bytes.extend(encoder.end()?);
        Ok(bytes.into())
    }

    /// Writes rows of these columns and of the one that says which export they left with.
    fn row_encoder(&self, columns: &[Column]) -> Result<Box<dyn RowEncoder>, ApiError> {
        let mut columns = columns.to_vec();
        columns.push(Column::of_export());
        if self.format == Format::Csv {
            return Ok(Box::new(Csv::new(&columns)));
        }
        let by = self.act.caller().name.clone();
        let about = [("palisade.export_id", self.id.clone()), ("palisade.exported_by", by)];
        Ok(Box::new(Parquet::new(columns, &about)?))
    }

    fn answer(&self, body: Body) -> Response {
        let name = format!("attachment; filename=\"palisade-{}.{}\"", &self.id[..8], self.format.extension());
        let headers = [
            (header::CONTENT_TYPE, self.format.media_type().to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (EXPORT_HEADER, self.id.clone()),
        ];
        (headers, body).into_response()
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    fn extension(self) -> &'static str {
        if self == Self::Raw { "log" } else { self.name() }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Raw => "application/octet-stream",
            Self::Ndjson => NDJSON,
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}
