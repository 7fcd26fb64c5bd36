//! NumPy arrays: `.npy` files, and the members of `.npz` archives, which are the same.
//!
//! The format is that of `numpy.lib.format`, versions 1.0 to 3.0: a mark, the length of a header, the header (the
//! literal of a Python dict, read here as a literal and nothing more), and the elements.

use std::collections::BTreeMap;

use hubkit_types::ByteRange;

use crate::{
    Finding, Format, InspectError, Inspection, MetadataValue, Place, Severity, Tensor,
    view::{Step, View},
};

mod element;
mod header;
mod literal;

pub(crate) use header::{Header, HeaderFault, header};

/// Whether a file that starts so is a NumPy array.
pub(crate) fn is_array(start: &[u8]) -> bool {
    start.starts_with(header::MARK)
}

pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let mut length = header::SHORTEST;
    loop {
        match header(view.bytes(0, length)?) {
            Ok(header) => return Ok(described(view, &header)),
            Err(HeaderFault::Short { expected }) => length = expected,
            Err(HeaderFault::Malformed(message)) => {
                return Err(InspectError::malformed(Format::NumPy, message).into());
            }
        }
    }
}

fn described(view: &View, header: &Header) -> Inspection {
    let room = view.size() - header.length;
    let place = match header.bytes() {
        Some(bytes) if bytes <= room => {
            ByteRange::new(header.length, header.length + bytes).map_or(Place::Within, Place::Here)
        }
        _ => Place::Within,
    };
    Inspection {
        variant: header.version(),
        tensors: vec![header.tensor(String::new(), place)],
        metadata: header.metadata(),
        findings: header.findings(room),
        ..Inspection::new(Format::NumPy)
    }
}

impl Header {
    /// The array as a tensor.
    pub(crate) fn tensor(&self, name: String, place: Place) -> Tensor {
        Tensor {
            name,
            element: self.element.clone(),
            shape: self.shape.clone(),
            bytes: self.bytes(),
            place,
        }
    }

    fn metadata(&self) -> BTreeMap<String, MetadataValue> {
        let order = MetadataValue::Boolean(self.fortran_order);
        BTreeMap::from([
            ("descr".to_owned(), MetadataValue::Text(self.descr.clone())),
            ("fortran_order".to_owned(), order),
        ])
    }

    /// What is wrong or remarkable, where so many bytes follow the header.
    pub(crate) fn findings(&self, room: u64) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut add = |severity, code, message: String| {
            findings.push(Finding::new(severity, code, message));
        };
        if self.holds_objects {
            let message =
                "the elements are Python objects, stored as a pickle: loading it can run code";
            add(Severity::Danger, "pickle", message.to_owned());
        } else {
            match self.bytes() {
                None => add(
                    Severity::Fault,
                    "overflow",
                    "the shape comes to more bytes than 64 bits can count".to_owned(),
                ),
                Some(bytes) if bytes > room => add(
                    Severity::Fault,
                    "cut-off",
                    format!("expected {bytes} bytes of elements, found {room}"),
                ),
                Some(bytes) if bytes < room => add(
                    Severity::Note,
                    "trailing",
                    format!("{} bytes follow the array", room - bytes),
                ),
                Some(_) => {}
            }
        }
        if self.fortran_order && self.shape.len() > 1 {
            let message = "in Fortran order: the first dimension is the fastest";
            add(Severity::Note, "fortran-order", message.to_owned());
        }
        if self.big_endian {
            let message = "the elements are big-endian";
            add(Severity::Note, "big-endian", message.to_owned());
        }
        findings
    }
}

#[cfg(test)]
mod tests;
