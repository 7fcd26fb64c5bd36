//! What tensor comes of the calls by which PyTorch puts one together.

use crate::{
    ElementType,
    pickle::{Id, Picture, Value, array, lengths},
    torch::{element, stores::Stores},
};

/// So many calls around a tensor are looked through.
const MOST_AROUND: usize = 8;

/// A tensor, before it is known where its bytes are.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) element: ElementType,
    pub(crate) shape: Vec<u64>,
    pub(crate) layout: Layout,
}

/// How the elements are kept.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// In a storage, from this element on, at these distances.
    Strided {
        storage: Storage,
        offset: u64,
        strides: Vec<u64>,
    },
    /// In so many bytes of several storages, or within the pickle.
    Within(Option<u64>),
    /// Nowhere: only its shape is kept.
    Nowhere,
}

/// What the pickle says of a storage.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Storage {
    pub(crate) key: String,
    /// The length in bytes, where that can be told.
    pub(crate) bytes: Option<u64>,
}

/// The tensor that this value is, if it is one.
pub(crate) fn describe(picture: &Picture, id: Id, stores: &Stores<'_>) -> Option<Described> {
    if let Value::Persistent(name) = picture.get(id) {
        return stores.tensor(picture, *name);
    }
    let (mut module, mut name, mut arguments) = picture.call(id)?;
    for _ in 0..MOST_AROUND {
        match (module, name, arguments) {
            (
                "torch._utils",
                "_rebuild_parameter" | "_rebuild_parameter_with_state",
                [inner, ..],
            ) => {
                if let Value::Persistent(name) = picture.get(*inner) {
                    return stores.tensor(picture, *name);
                }
                (module, name, arguments) = picture.call(*inner)?;
            }
            // Parameters of pickles that were not written by `torch.save`.
            ("torch.nn.parameter", "Parameter", [inner, ..]) => {
                (module, name, arguments) = picture.call(*inner)?;
            }
            ("torch._tensor", "_rebuild_from_type_v2", [function, _, inner, ..]) => {
                (module, name) = picture.import(*function)?;
                arguments = picture.items(*inner)?;
            }
            _ => break,
        }
    }
    if module == "torch._utils" {
        rebuilt(picture, name, arguments, stores)
    } else {
        let array = array(picture, id)?;
        let bytes = product(&array.shape).and_then(|count| array.element.bytes_of(count));
        Some(Described {
            element: array.element,
            shape: array.shape,
            layout: Layout::Within(bytes),
        })
    }
}

fn rebuilt(
    picture: &Picture,
    name: &str,
    arguments: &[Id],
    stores: &Stores<'_>,
) -> Option<Described> {
    match (name, arguments) {
        (
            "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_qtensor",
            [storage, offset, size, strides, ..],
        ) => strided(picture, None, [*storage, *offset, *size, *strides]),
        ("_rebuild_tensor_v3", [storage, offset, size, strides, _, _, dtype, ..]) => {
            strided(picture, Some(*dtype), [*storage, *offset, *size, *strides])
        }
        ("_rebuild_meta_tensor_no_storage", [dtype, size, ..])
        | ("_rebuild_wrapper_subclass", [_, dtype, size, ..]) => Some(Described {
            element: dtype_of(picture, *dtype),
            shape: size_of(picture, *size)?,
            layout: Layout::Nowhere,
        }),
        ("_rebuild_sparse_tensor", [_, parts]) => sparse(picture, picture.items(*parts)?, stores),
        ("_rebuild_nested_tensor", [buffer, ..]) => describe_plain(picture, *buffer, stores),
        ("_rebuild_device_tensor_from_numpy" | "_rebuild_xla_tensor", [data, dtype, ..]) => {
            let array = array(picture, *data)?;
            let element = dtype_of(picture, *dtype);
            let bytes = product(&array.shape).and_then(|count| array.element.bytes_of(count));
            Some(Described {
                element,
                shape: array.shape,
                layout: Layout::Within(bytes),
            })
        }
        ("_rebuild_device_tensor_from_cpu_tensor", [data, dtype, ..]) => {
            let inner = describe_plain(picture, *data, stores)?;
            Some(Described {
                element: dtype_of(picture, *dtype),
                ..inner
            })
        }
        _ => None,
    }
}

/// A tensor that is put together directly; not one around another, so that this goes no deeper.
fn describe_plain(picture: &Picture, id: Id, stores: &Stores<'_>) -> Option<Described> {
    match picture.call(id)? {
        (
            "torch._utils",
            name @ ("_rebuild_tensor_v2" | "_rebuild_tensor_v3" | "_rebuild_tensor"),
            arguments,
        ) => rebuilt(picture, name, arguments, stores),
        _ => None,
    }
}

fn strided(picture: &Picture, dtype: Option<Id>, of: [Id; 4]) -> Option<Described> {
    let [storage, offset, size, strides] = of;
    let shape = size_of(picture, size)?;
    let (of_storage, storage) = storage_of(picture, storage);
    let element = dtype
        .map(|dtype| dtype_of(picture, dtype))
        .or(of_storage)
        .unwrap_or_else(|| ElementType::unsized_type("unknown"));
    let layout = match (storage, lengths(picture, strides)) {
        (Some(storage), Some(strides)) if strides.len() == shape.len() => Layout::Strided {
            storage,
            offset: u64::try_from(picture.integer(offset)?).ok()?,
            strides,
        },
        _ => {
            let bytes = product(&shape).and_then(|count| element.bytes_of(count));
            Layout::Within(bytes)
        }
    };
    Some(Described {
        element,
        shape,
        layout,
    })
}

/// A sparse tensor: the shape is that of the whole, the bytes are those of the indices and values.
fn sparse(picture: &Picture, parts: &[Id], stores: &Stores<'_>) -> Option<Described> {
    let inner = |id: &Id| describe_plain(picture, *id, stores);
    let (kept, size) = match parts {
        // Indices, values, size, and perhaps whether equal indices were summed up.
        [indices, values, size] | [indices, values, size, _]
            if inner(values).is_some() && inner(size).is_none() =>
        {
            (vec![inner(indices)?, inner(values)?], *size)
        }
        // Compressed: offsets, indices, values, size.
        [offsets, indices, values, size] => (
            vec![inner(offsets)?, inner(indices)?, inner(values)?],
            *size,
        ),
        _ => return None,
    };
    let bytes = kept.iter().try_fold(0_u64, |sum, part| {
        sum.checked_add(part.element.bytes_of(product(&part.shape)?)?)
    });
    Some(Described {
        element: kept.last()?.element.clone(),
        shape: size_of(picture, size)?,
        layout: Layout::Within(bytes),
    })
}

/// All storages that a pickle speaks of.
pub(crate) fn storages(picture: &Picture) -> impl Iterator<Item = Storage> + '_ {
    picture.ids().filter_map(|id| storage_of(picture, id).1)
}

/// What a storage holds, and which one it is.
fn storage_of(picture: &Picture, id: Id) -> (Option<ElementType>, Option<Storage>) {
    let Value::Persistent(name) = picture.get(id) else {
        return (None, None);
    };
    let Some([mark, kind, key, _, count, ..]) = picture.items(*name) else {
        return (None, None);
    };
    if picture.text(*mark) != Some("storage") {
        return (None, None);
    }
    let kind = picture.import(*kind).map(|(_, name)| name);
    let element = kind.and_then(element::of_storage);
    let count = picture
        .integer(*count)
        .and_then(|count| u64::try_from(count).ok());
    let bytes = match &element {
        Some(element) => count.and_then(|count| element.bytes_of(count)),
        // Without a type, the length is in bytes.
        None => count,
    };
    let key = match picture.get(*key) {
        Value::Text(key) => key.to_string(),
        Value::Integer(key) => key.to_string(),
        _ => return (element, None),
    };
    (element, Some(Storage { key, bytes }))
}

fn dtype_of(picture: &Picture, id: Id) -> ElementType {
    let known = picture
        .import(id)
        .and_then(|(module, name)| (module == "torch").then(|| element::of_dtype(name))?);
    known.unwrap_or_else(|| ElementType::unsized_type("unknown"))
}

/// A shape: a tuple, or a `torch.Size` of one.
fn size_of(picture: &Picture, id: Id) -> Option<Vec<u64>> {
    match picture.call(id) {
        Some(("torch", "Size", [inner])) => lengths(picture, *inner),
        _ => lengths(picture, id),
    }
}

pub(crate) fn product(shape: &[u64]) -> Option<u64> {
    shape
        .iter()
        .try_fold(1_u64, |product, length| product.checked_mul(*length))
}
