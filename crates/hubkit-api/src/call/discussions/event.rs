//! What happens in a discussion.

use hubkit_types::CommitId;
use serde_json::{Map, Value, json};

use crate::{
    ApiError,
    json::{Fields, Object},
};

/// Something that happened in a discussion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiscussionEvent {
    /// Its id.
    pub id: String,
    /// Its type as the server names it; [`DiscussionEvent::kind`] reads it.
    pub name: String,
    /// Who did it; `None` where the account was deleted.
    pub author: Option<String>,
    /// When, in ISO 8601.
    pub created_at: Option<String>,
    /// What belongs to it, in a shape that depends on the type.
    pub data: Value,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

/// What an event is. Texts are people's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// Something was said.
    Comment {
        /// In Markdown; nothing where it is hidden.
        content: String,
        /// Whether it was changed afterwards.
        edited: bool,
        /// Whether it was hidden.
        hidden: bool,
    },
    /// It was opened, closed or merged.
    StatusChange {
        /// How it stands since.
        status: String,
    },
    /// A commit was added to a pull request.
    Commit {
        /// Its id, if it is one.
        id: Option<CommitId>,
        /// The first line of its message.
        title: String,
    },
    /// It got another title.
    TitleChange {
        /// The title before.
        from: String,
        /// The title since.
        to: String,
    },
    /// Something that is not known here.
    Other,
}

impl DiscussionEvent {
    /// What the event is.
    pub fn kind(&self) -> EventKind {
        let text = |value: &Value, key: &str| {
            let text = value.get(key).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let flag = |key: &str| self.data.get(key) == Some(&Value::Bool(true));
        match self.name.as_str() {
            "comment" => EventKind::Comment {
                content: text(self.data.get("latest").unwrap_or(&Value::Null), "raw"),
                edited: flag("edited"),
                hidden: flag("hidden"),
            },
            "status-change" => EventKind::StatusChange {
                status: text(&self.data, "status"),
            },
            "commit" => EventKind::Commit {
                id: text(&self.data, "oid").parse().ok(),
                title: text(&self.data, "subject"),
            },
            "title-change" => EventKind::TitleChange {
                from: text(&self.data, "from"),
                to: text(&self.data, "to"),
            },
            _ => EventKind::Other,
        }
    }

    pub(super) fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "an event")?;
        Ok(Self {
            id: fields.text("id").unwrap_or_default(),
            name: fields.text("type").unwrap_or_default(),
            author: author(&mut fields),
            created_at: fields.text("createdAt"),
            data: fields.any("data").unwrap_or_default(),
            rest: fields.rest(),
        })
    }

    pub(super) fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        object.put("id", Some(self.id.as_str()));
        object.put("type", Some(self.name.as_str()));
        let author = self.author.as_ref();
        object.put("author", author.map(|name| json!({ "name": name })));
        object.put("createdAt", self.created_at.as_deref());
        object.put("data", Some(self.data.clone()));
        object.done()
    }
}

/// The name of an author, who may be gone.
pub(super) fn author(fields: &mut Fields) -> Option<String> {
    let author = fields.any("author")?;
    Fields::of(author, "an author").ok()?.text("name")
}
