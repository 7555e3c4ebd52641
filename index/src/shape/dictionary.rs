//! Shapes by number: the same shape always has the same number.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::Shape;

/// Shapes of one split. Programs have a few each; past it are records whose fields' names are values.
const SHAPES_MAX: usize = 65_536;

/// Shapes in the order in which they were first met.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShapeDictionary {
    shapes: Vec<Shape>,
    by_bytes: HashMap<Box<[u8]>, u32, FixedState>,
}

impl ShapeDictionary {
    /// How many shapes there are.
    pub(crate) fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Memory that they take, about: literals twice, as they are and as they are found.
    pub(crate) fn memory_bytes(&self) -> usize {
        const HOLE_BYTES: usize = 64;
        let holes = |shape: &Shape| shape.holes().len() * HOLE_BYTES;
        self.shapes.iter().map(|shape| shape.literal_bytes() * 2 + holes(shape)).sum()
    }

    /// The shape with a number.
    pub(crate) fn get(&self, id: u32) -> Option<&Shape> {
        self.shapes.get(id as usize)
    }

    /// The number of a shape; `None` when there are too many others, and for the record's bytes to be kept instead.
    pub(crate) fn intern(&mut self, shape: &Shape) -> Option<u32> {
        let mut writer = Writer::new();
        shape.encode(&mut writer);
        match self.id_of(writer.as_slice()) {
            Some(id) => Some(id),
            None => self.push(writer.finish(), shape.clone(), SHAPES_MAX),
        }
    }

    /// The number of the shape that is encoded so.
    pub(super) fn id_of(&self, bytes: &[u8]) -> Option<u32> {
        self.by_bytes.get(bytes).copied()
    }

    /// Adds a shape that is new.
    pub(super) fn push(&mut self, bytes: Vec<u8>, shape: Shape, shapes_max: usize) -> Option<u32> {
        if self.shapes.len() >= shapes_max {
            return None;
        }
        let id = u32::try_from(self.shapes.len()).ok()?;
        self.shapes.push(shape);
        self.by_bytes.insert(bytes.into(), id);
        Some(id)
    }

    /// Appends the shapes from number `first` on: their count, then each.
    pub(crate) fn encode_from(&self, first: usize, target: &mut Writer) {
        let added = self.shapes.get(first..).unwrap_or(&[]);
        target.varint(added.len() as u64);
        for shape in added {
            shape.encode(target);
        }
    }

    /// Adds what [`ShapeDictionary::encode_from`] wrote, with the next numbers.
    pub(crate) fn extend_decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let count = reader.count((SHAPES_MAX - self.shapes.len()).min(reader.remaining()))?;
        for _ in 0..count {
            let shape = Shape::decode(reader)?;
            let mut writer = Writer::new();
            shape.encode(&mut writer);
            if self.push(writer.finish(), shape, SHAPES_MAX).is_none() {
                return Err(reader.malformed("too many shapes"));
            }
        }
        Ok(())
    }
}
