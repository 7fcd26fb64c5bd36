//! How data files begin, and what that tells of their columns.

mod json;
mod observed;
mod table;

use super::{data_type::DataType, format::DataFormat};

/// So many bytes of a file are worth a look.
pub const SAMPLE_BYTES: usize = 64 << 10;

/// How a file begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Its first bytes, of which no more than [`SAMPLE_BYTES`] are looked at.
    pub bytes: Vec<u8>,
    /// Whether these are all of its bytes.
    pub is_whole: bool,
}

/// Whether a file has all the rows that are described.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Others {
    None,
    Some,
}

/// What a look into a file tells.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Look {
    /// What the file is: JSON lines have endings of JSON too.
    pub(super) format: DataFormat,
    pub(super) columns: Vec<(String, DataType)>,
}

/// Looks at the beginning of a file; `None` where it is not of the form that its format has, or where columns are in
/// doubt. `field` is the name below which a JSON file has its rows. Where there are `others` with more rows, or the file
/// goes on, no number is taken for a whole one.
pub(super) fn look(
    sample: &Sample,
    format: DataFormat,
    field: Option<&str>,
    others: Others,
) -> Option<Look> {
    let length = sample.bytes.len().min(SAMPLE_BYTES);
    let is_whole = sample.is_whole && length == sample.bytes.len();
    let bytes = &sample.bytes[..length];
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_all = is_whole && others == Others::None;
    let (format, columns) = match format {
        DataFormat::Csv => (format, table::columns(bytes, b',', is_whole, is_all)?),
        DataFormat::Tsv => (format, table::columns(bytes, b'\t', is_whole, is_all)?),
        DataFormat::JsonLines => (format, json::of_lines(bytes, is_whole)?),
        DataFormat::Json => json::columns(bytes, is_whole, field)?,
        _ => return None,
    };
    let told = columns.into_iter().map(|(name, observed)| {
        let data_type = observed.data_type(is_all);
        (name, data_type)
    });
    let columns: Vec<_> = told.collect();
    (!columns.is_empty()).then_some(Look { format, columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: DataFormat, text: &str, is_whole: bool, expected: &[(&str, &str)]) {
        let sample = Sample {
            bytes: text.as_bytes().to_vec(),
            is_whole,
        };
        let found = look(&sample, format, None, Others::None).map(|look| look.columns);
        let found: Vec<_> = found
            .iter()
            .flatten()
            .map(|(name, data_type)| (name.as_str(), short(data_type)))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    fn short(data_type: &DataType) -> String {
        match data_type {
            DataType::Scalar(name) => (*name).to_owned(),
            DataType::List(inner, _) => format!("[{}]", short(inner)),
            DataType::Struct(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, inner)| format!("{name}: {}", short(inner)))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn columns_of_tables_are_told_by_their_rows() {
        let text = "word,n,\"a \"\"b\"\"\",x,f\r\nhub,1,\"c\nd\",,1.5\r\n\"m,\",-2,e,,2\r\n";
        let columns = [
            ("word", "sc:Text"),
            ("n", "cr:Int64"),
            ("a \"b\"", "sc:Text"),
            ("x", "sc:Text"),
            ("f", "cr:Float64"),
        ];
        check(DataFormat::Csv, text, true, &columns);
        // The last row may go on, and whole numbers may turn out to be none.
        let columns = [("a", "cr:Float64"), ("b", "sc:Text")];
        check(DataFormat::Tsv, "a\tb\n1\tx\n2\t3", false, &columns);
        check(
            DataFormat::Csv,
            "yes,half,big\nTrue,True,9007199254740993\nfalse,,1\n",
            true,
            &[
                ("yes", "sc:Boolean"),
                ("half", "sc:Text"),
                ("big", "cr:Int64"),
            ],
        );
        check(
            DataFormat::Csv,
            "big\n9007199254740993\n1\n2",
            false,
            &[("big", "sc:Text")],
        );
        check(DataFormat::Csv, "", true, &[]);
        check(DataFormat::Csv, "a,b", false, &[]);
        check(
            DataFormat::Csv,
            "a,b",
            true,
            &[("a", "sc:Text"), ("b", "sc:Text")],
        );
        // A name that comes twice is two columns to one reader and none to another.
        check(DataFormat::Csv, "a,a\n1,2\n", true, &[]);
    }

    #[test]
    fn columns_of_json_are_told_by_its_rows() {
        let lines = "{\"w\": \"a\", \"n\": {\"x\": 1, \"y\": [1.5]}}\n\n{\"w\": null, \"n\": {\"x\": 2, \"z\": true}}\n";
        let columns = [
            ("n", "{x: cr:Int64, y: [cr:Float64], z: sc:Boolean}"),
            ("w", "sc:Text"),
        ];
        check(DataFormat::JsonLines, lines, true, &columns);
        check(DataFormat::Json, lines, true, &columns);
        let array =
            "[ {\"w\": \"2020-01-02\", \"t\": \"2020-01-02T03:04:05Z\"}, {\"w\": \"2021-12-31\"}";
        let columns = [("t", "sc:DateTime"), ("w", "sc:Date")];
        check(DataFormat::Json, &format!("{array}]"), true, &columns);
        check(DataFormat::Json, array, false, &columns);
        check(DataFormat::Json, "{\"a\": 1,\n\"b\": 2}", true, &[]);
        check(DataFormat::JsonLines, "[1]\n", true, &[]);
        check(
            DataFormat::JsonLines,
            "{\"a\": [1, \"x\"]}",
            true,
            &[("a", "[sc:Text]")],
        );
        check(
            DataFormat::JsonLines,
            "{\"a\": 1}\n{\"a\": {}}",
            true,
            &[("a", "Unknown(\"several types\")")],
        );
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(200), "]".repeat(200));
        check(DataFormat::JsonLines, &deep, true, &[]);
    }

    #[test]
    fn rows_may_lie_below_a_name() {
        let sample = Sample {
            bytes: b"{\"version\": 1, \"data\": [{\"a\": 1}]}".to_vec(),
            is_whole: true,
        };
        let found = look(&sample, DataFormat::Json, Some("data"), Others::None).expect("columns");
        assert_eq!(
            found.columns,
            [("a".to_owned(), DataType::Scalar("cr:Int64"))]
        );
        assert!(look(&sample, DataFormat::Json, Some("other"), Others::None).is_none());
    }
}
