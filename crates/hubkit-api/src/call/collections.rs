//! `GET /api/collections[/{slug}]`: what people put together from the repositories of a hub.

use std::{error, fmt, str::FromStr};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::page::PageOf;
use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    query::QueryText,
    server::{
        Incoming, Unroutable,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// The name of a collection: `owner/title-64f9a55bb3115b4f513ec026`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CollectionSlug(String);

impl CollectionSlug {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CollectionSlug {
    type Err = ParseCollectionSlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/');
        parts
            .filter(|(owner, title)| target::is_word(owner) && target::is_word(title))
            .map(|_| Self(text.to_owned()))
            .ok_or(ParseCollectionSlugError)
    }
}

impl fmt::Display for CollectionSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not the name of a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseCollectionSlugError;

impl fmt::Display for ParseCollectionSlugError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a collection: expected `owner/title`, each of letters, digits, `_`, `-` and `.`")
    }
}

impl error::Error for ParseCollectionSlugError {}

/// Asks for collections: the first page of them, each with its first items only.
///
/// The pages after it have addresses that the server makes: [`PageOf::next`]. Send a plain `GET` there and give the answer
/// to [`Call::reply`] as well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListCollections {
    /// Only those of these users and organisations.
    pub owners: Vec<String>,
    /// Only those with these items: `models/gpt2`, `datasets/squad`, `papers/2311.12983`.
    pub items: Vec<String>,
    /// The order: `lastModified`, `trending` or `upvotes`; the server's own when there is none.
    pub sort: Option<String>,
    /// How many the page may have at most; the server's choice when there is none.
    pub limit: Option<usize>,
}

/// Asks for one collection with all of its items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetCollection {
    /// Its name.
    pub slug: CollectionSlug,
}

/// A collection. Texts are its owner's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collection {
    /// Its name.
    pub slug: CollectionSlug,
    /// Its title.
    pub title: String,
    /// What is said of it.
    pub description: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// When it changed last, in ISO 8601.
    pub last_updated: Option<String>,
    /// What is in it, in its owner's order.
    pub items: Vec<CollectionItem>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

/// What is in a collection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CollectionItem {
    /// What it is: `model`, `dataset`, `space`, `paper`, `collection`, …
    pub kind: String,
    /// Which: the id of a repository or a paper. The server's word: parse it before asking for it.
    pub id: String,
    /// What the owner of the collection says of it.
    pub note: Option<String>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

impl CollectionItem {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "an item of a collection")?;
        let note = fields.any("note");
        let note = note.and_then(|note| Fields::of(note, "a note").ok()?.text("text"));
        Ok(Self {
            kind: fields.required("type")?,
            id: fields.required("id")?,
            note,
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        object.put("type", Some(self.kind.as_str()));
        object.put("id", Some(self.id.as_str()));
        let note = self.note.as_ref();
        object.put("note", note.map(|text| json!({ "text": text })));
        object.done()
    }
}

impl Collection {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "a collection")?;
        let owner = match fields.any("owner") {
            Some(Value::String(name)) => Some(name),
            Some(owner) => Fields::of(owner, "an owner")?.text("name"),
            None => None,
        };
        let items = fields.list("items").into_iter().map(CollectionItem::read);
        Ok(Self {
            slug: fields.required("slug")?,
            title: fields.text("title").unwrap_or_default(),
            description: fields.text("description"),
            owner,
            last_updated: fields.text("lastUpdated"),
            items: items.collect::<Result<_, _>>()?,
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        object.put("slug", Some(self.slug.as_str()));
        object.put("title", Some(self.title.as_str()));
        object.put("description", self.description.as_deref());
        let owner = self.owner.as_ref();
        object.put("owner", owner.map(|name| json!({ "name": name })));
        object.put("lastUpdated", self.last_updated.as_deref());
        let items = self.items.iter().map(CollectionItem::write);
        object.put("items", Some(items.collect::<Value>()));
        object.done()
    }
}

impl Call for ListCollections {
    type Reply = PageOf<Collection>;

    /// # Panics
    ///
    /// If the texts make a target of more than 65,534 bytes.
    fn request(&self) -> Request<Bytes> {
        let mut query = QueryText::default();
        query.put("owner", self.owners.iter().map(String::as_str));
        query.put("item", self.items.iter().map(String::as_str));
        query.put("sort", self.sort.as_deref());
        query.put_number("limit", self.limit);
        target::get_json(format!("/api/collections{}", query.as_str()))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<PageOf<Collection>, ApiError> {
        PageOf::read(response, "collections", Collection::read)
    }
}

impl Call for GetCollection {
    type Reply = Collection;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("/api/collections/{}", self.slug))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Collection, ApiError> {
        Collection::read(json::read(response)?)
    }
}

/// `/api/collections[/{slug}]`.
pub(crate) fn route(ask: &Ask<'_>) -> Routed {
    let incoming = match ask.rest {
        [] => Incoming::Collections(ListCollections {
            owners: ask.query.texts("owner").map(str::to_owned).collect(),
            items: ask.query.texts("item").map(str::to_owned).collect(),
            sort: ask.query.text("sort"),
            limit: ask.query.parsed("limit"),
        }),
        [_] | [_, _] => {
            let slug = ask.rest.join("/").parse();
            let slug = slug.map_err(|_| Unroutable::BadPath)?;
            Incoming::Collection(GetCollection { slug })
        }
        _ => return Err(Unroutable::NotFound),
    };
    ask.answer(READ, incoming)
}

/// The answer to [`ListCollections`].
pub fn respond_collections(page: &PageOf<Collection>) -> Response<Bytes> {
    page.respond(Collection::write)
}

/// The answer to [`GetCollection`].
pub fn respond_collection(collection: &Collection) -> Response<Bytes> {
    json::respond(StatusCode::OK, &collection.write())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::route;

    fn collection() -> Collection {
        let rest = |key: &str| [(key.to_owned(), Value::from(7))].into_iter().collect();
        Collection {
            slug: "ada/small-models-64f9".parse().expect("a slug"),
            title: "Small models".to_owned(),
            description: Some("those that fit".to_owned()),
            owner: Some("ada".to_owned()),
            last_updated: Some("2026-01-02T03:04:05.000Z".to_owned()),
            items: vec![CollectionItem {
                kind: "model".to_owned(),
                id: "a/b".to_owned(),
                note: Some("good".to_owned()),
                rest: rest("_id"),
            }],
            rest: rest("upvotes"),
        }
    }

    #[test]
    fn requests_are_routed_to_what_they_were_made_from() {
        let list = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        let filtered = ListCollections {
            owners: list(["ada", "bob"]),
            items: list(["models/a/b", "papers/2311.12983"]),
            sort: Some("trending".to_owned()),
            limit: Some(7),
        };
        for call in [ListCollections::default(), filtered] {
            assert_eq!(route(&call.request()), Ok(Incoming::Collections(call)));
        }
        let one = GetCollection {
            slug: collection().slug,
        };
        assert_eq!(route(&one.request()), Ok(Incoming::Collection(one)));
        for wrong in ["", "a", "a/b/c", "../x", "a/..", "a b/c", "a/"] {
            assert!(wrong.parse::<CollectionSlug>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn answers_come_back_as_they_were_given() {
        let page = PageOf {
            items: vec![collection()],
            total: None,
            next: Some("/api/collections?cursor=x".to_owned()),
        };
        let all = ListCollections::default();
        assert_eq!(all.reply(&respond_collections(&page)), Ok(page));
        let one = GetCollection {
            slug: collection().slug,
        };
        let found = one.reply(&respond_collection(&collection()));
        assert_eq!(found, Ok(collection()));
        let odd = Response::new(Bytes::from_static(br#"{"slug":"a/b","owner":"ada"}"#));
        let odd = one.reply(&odd).expect("little must be there");
        assert_eq!((odd.owner.as_deref(), odd.items.len()), (Some("ada"), 0));
    }
}
