//! Reads the texts of a block.

use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader};

use super::super::dictionary::Templates;
use super::super::integers::Integers;
use super::super::texts;
use super::TemplateColumn;
use super::lane::{
    DECIMAL_DIGITS_MAX, FORM_OWN, FORM_OWN_WIDTHS, FORM_POOLED, Lane, LaneKind, POOLS, Pools, Values, Widths,
    decimal_pool, hexadecimal_pool, kinds,
};
use crate::Texts;
use crate::pack::unpack;

impl TemplateColumn {
    /// Reads a column of so many texts, whose templates stand in `templates`. No text is rendered.
    ///
    /// # Errors
    /// When the bytes are no such column.
    pub(crate) fn decode(bytes: &[u8], entries: usize, templates: Arc<Templates>) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let column = decode(&mut reader, entries, templates)?;
        if reader.is_at_end() { Ok(column) } else { Err(reader.malformed("bytes behind a column")) }
    }
}

/// A lane, what it means and how many values it has.
struct Plan {
    kind: LaneKind,
    form: u8,
    values: usize,
}

pub(super) fn decode(
    reader: &mut Reader<'_>,
    entries: usize,
    templates: Arc<Templates>,
) -> Result<TemplateColumn, Malformed> {
    let head = unpack(reader.bytes(reader.remaining())?)?;
    let mut head = Reader::new(&head);
    let distinct = decode_distinct(&mut head, &templates)?;
    let mut codes = Vec::with_capacity(entries);
    let (mut ids, mut places) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
    let mut counts = vec![0u32; distinct.len()];
    for code in Integers::decode(reader, entries)?.to_vec() {
        let code = u16::try_from(code).ok().filter(|code| usize::from(*code) < distinct.len());
        let code = code.ok_or_else(|| reader.malformed("code without a template"))?;
        codes.push(code);
        let code = usize::from(code);
        ids.push(distinct[code]);
        places.push(counts[code]);
        counts[code] += 1;
    }
    let (plans, starts) = plan(&mut head, &distinct, &counts, &templates)?;
    let (lanes, pools) = decode_lanes(reader, &plans)?;
    let standing =
        if distinct.first() == Some(&0) { texts::decode(reader, counts[0] as usize)? } else { Texts::new() };
    if standing.iter().any(|text| std::str::from_utf8(text).is_err()) {
        return Err(reader.malformed("text is not UTF-8"));
    }
    Ok(TemplateColumn { templates, ids, codes, places, distinct, starts, lanes, pools, standing })
}

fn decode_distinct(head: &mut Reader<'_>, templates: &Templates) -> Result<Vec<u32>, Malformed> {
    let count = head.count(templates.len() + 1)?;
    let (mut distinct, mut last) = (Vec::with_capacity(count), 0);
    for position in 0..count {
        let step = head.count(templates.len())?;
        last += step;
        if last > templates.len() || (step == 0 && position > 0) {
            return Err(head.malformed("template that the split does not have"));
        }
        distinct.push(u32::try_from(last).map_err(|_| head.malformed("number of a template"))?);
    }
    Ok(distinct)
}

fn plan(
    head: &mut Reader<'_>,
    distinct: &[u32],
    counts: &[u32],
    templates: &Templates,
) -> Result<(Vec<Plan>, Vec<u32>), Malformed> {
    let (mut plans, mut starts) = (Vec::new(), Vec::with_capacity(distinct.len()));
    for (id, count) in distinct.iter().zip(counts) {
        starts.push(u32::try_from(plans.len()).map_err(|_| head.malformed("too many lanes"))?);
        let Some(template) = templates.get(*id) else { continue };
        for kind in kinds(template) {
            plans.push(Plan { kind, form: head.u8()?, values: *count as usize });
        }
    }
    Ok((plans, starts))
}

fn decode_lanes(reader: &mut Reader<'_>, plans: &[Plan]) -> Result<(Vec<Lane>, Pools), Malformed> {
    let is_mixed = |plan: &&Plan| plan.kind == LaneKind::Decimal && plan.form == FORM_POOLED;
    let mixed = plans.iter().filter(is_mixed).map(|plan| plan.values).sum();
    let widths = Integers::decode(reader, mixed)?.to_vec();
    let mut sizes = [0usize; POOLS];
    for plan in plans {
        match (plan.kind, plan.form) {
            (LaneKind::Hexadecimal(digits), FORM_POOLED) => sizes[hexadecimal_pool(digits)] += plan.values,
            (LaneKind::Decimal, digits @ 1..=18) => sizes[decimal_pool(digits)] += plan.values,
            _ => {}
        }
    }
    for width in &widths {
        let digits = u8::try_from(*width)
            .ok()
            .filter(|digits| (1..=DECIMAL_DIGITS_MAX).contains(&usize::from(*digits)));
        sizes[decimal_pool(digits.ok_or_else(|| reader.malformed("number of digits"))?)] += 1;
    }
    let mut pools = Vec::with_capacity(POOLS);
    for size in sizes {
        pools.push(Integers::decode(reader, size)?);
    }
    let pools = Pools(pools.into());
    let (mut next, mut widths) = ([0u32; POOLS], widths.into_iter());
    let mut lanes = Vec::with_capacity(plans.len());
    for plan in plans {
        lanes.push(decode_lane(reader, plan, &pools, &mut next, &mut widths)?);
    }
    Ok((lanes, pools))
}

fn decode_lane(
    reader: &mut Reader<'_>,
    plan: &Plan,
    pools: &Pools,
    next: &mut [u32; POOLS],
    widths: &mut impl Iterator<Item = i64>,
) -> Result<Lane, Malformed> {
    let mut pooled = |pool: usize, count: usize| {
        let start = next[pool];
        next[pool] += u32::try_from(count).unwrap_or(u32::MAX);
        Values::Pooled { pool: u8::try_from(pool).unwrap_or(u8::MAX), start }
    };
    let lane = match (plan.kind, plan.form) {
        (LaneKind::Hexadecimal(digits), FORM_POOLED) => {
            Lane { values: pooled(hexadecimal_pool(digits), plan.values), widths: Widths::Natural }
        }
        (LaneKind::Decimal, FORM_POOLED) => {
            let each: Vec<i64> = widths.take(plan.values).collect();
            let values = each.iter().map(|width| {
                let pool = decimal_pool(u8::try_from(*width).unwrap_or(1));
                next[pool] += 1;
                pools.0[pool].get(next[pool] as usize - 1)
            });
            let values = Integers::of(&values.collect::<Vec<_>>());
            Lane { values: Values::Own(values), widths: Widths::Each(Integers::of(&each)) }
        }
        (LaneKind::Decimal, digits @ 1..=18) => {
            Lane { values: pooled(decimal_pool(digits), plan.values), widths: Widths::Fixed(digits) }
        }
        (_, FORM_OWN) => {
            Lane { values: Values::Own(Integers::decode(reader, plan.values)?), widths: Widths::Natural }
        }
        (LaneKind::Decimal, form @ 33..=50) => {
            let values = Values::Own(Integers::decode(reader, plan.values)?);
            Lane { values, widths: Widths::Fixed(form - FORM_OWN) }
        }
        (LaneKind::Decimal, FORM_OWN_WIDTHS) => {
            let values = Values::Own(Integers::decode(reader, plan.values)?);
            Lane { values, widths: Widths::Each(Integers::decode(reader, plan.values)?) }
        }
        _ => return Err(reader.malformed("unknown form of a lane")),
    };
    Ok(lane)
}
