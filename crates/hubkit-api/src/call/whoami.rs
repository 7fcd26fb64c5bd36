//! `GET /api/whoami-v2`: whose token this is.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value};

use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// The usual way of saying who one is.
const ACCESS_TOKEN: &str = "access_token";

/// Asks whose token the request carries. Limited more strictly than other calls: ask once and remember.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WhoAmI;

/// Whose token it is. Texts are the server's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// What kind of account.
    pub kind: IdentityKind,
    /// The account's name.
    pub name: String,
    /// The name of the person or organisation.
    pub fullname: Option<String>,
    /// The address, if the token may know it.
    pub email: Option<String>,
    /// The organisations that the account belongs to.
    pub organisations: Vec<Organisation>,
    /// What the token is called.
    pub token_name: Option<String>,
    /// What the token may do: `read`, `write`, `fineGrained`.
    pub token_role: Option<String>,
    /// What else is said of the token: when it was made, when it ends, which rights in particular.
    pub token_rest: Map<String, Value>,
    /// What else is said of how the caller proved who they are, where that was not by an access token.
    pub auth_rest: Map<String, Value>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

/// What kind of account a token belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum IdentityKind {
    /// A person.
    User,
    /// An organisation.
    Organisation,
    /// Something else.
    Other,
}

/// An organisation that an account belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organisation {
    /// Its account's name.
    pub name: String,
    /// Its full name.
    pub fullname: Option<String>,
    /// What the account may do in it.
    pub role: Option<String>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

impl Organisation {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "an organisation")?;
        // It can be nothing else.
        fields.any("type");
        Ok(Self {
            name: fields.required("name")?,
            fullname: fields.text("fullname"),
            role: fields.text("roleInOrg"),
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        object.put("type", Some("org"));
        object.put("name", Some(self.name.as_str()));
        object.put("fullname", self.fullname.as_deref());
        object.put("roleInOrg", self.role.as_deref());
        object.done()
    }
}

impl Identity {
    /// A person of whom only the name is known.
    pub fn user(name: impl Into<String>) -> Self {
        Self {
            kind: IdentityKind::User,
            name: name.into(),
            fullname: None,
            email: None,
            organisations: Vec::new(),
            token_name: None,
            token_role: None,
            token_rest: Map::new(),
            auth_rest: Map::new(),
            rest: Map::new(),
        }
    }

    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "the identity")?;
        let kind = match fields.text("type").as_deref() {
            Some("user") | None => IdentityKind::User,
            Some("org") => IdentityKind::Organisation,
            Some(_) => IdentityKind::Other,
        };
        let (mut token, mut auth_rest) = (None, Map::new());
        if let Some(auth) = fields.any("auth") {
            let mut auth = Fields::of(auth, "the authentication")?;
            let access_token = auth.any("accessToken");
            token = access_token
                .map(|value| Fields::of(value, "the token's description"))
                .transpose()?;
            auth_rest = auth.rest();
            if auth_rest.get("type").and_then(Value::as_str) == Some(ACCESS_TOKEN) {
                auth_rest.remove("type");
            }
        }
        let organisations = fields.list("orgs").into_iter().map(Organisation::read);
        Ok(Self {
            kind,
            name: fields.required("name")?,
            fullname: fields.text("fullname"),
            email: fields.text("email"),
            organisations: organisations.collect::<Result<_, _>>()?,
            token_name: token.as_mut().and_then(|token| token.text("displayName")),
            token_role: token.as_mut().and_then(|token| token.text("role")),
            token_rest: token.map(Fields::rest).unwrap_or_default(),
            auth_rest,
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        let kind = match self.kind {
            IdentityKind::User => "user",
            IdentityKind::Organisation => "org",
            IdentityKind::Other => "other",
        };
        object.put("type", Some(kind));
        object.put("name", Some(self.name.as_str()));
        object.put("fullname", self.fullname.as_deref());
        object.put("email", self.email.as_deref());
        let organisations = self.organisations.iter().map(Organisation::write);
        object.put("orgs", Some(organisations.collect::<Value>()));
        let mut token = Object::over(&self.token_rest);
        token.put("displayName", self.token_name.as_deref());
        token.put("role", self.token_role.as_deref());
        let mut auth = Object::over(&self.auth_rest);
        if !self.auth_rest.contains_key("type") {
            auth.put("type", Some(ACCESS_TOKEN));
        }
        auth.put("accessToken", Some(token.done()));
        object.put("auth", Some(auth.done()));
        object.done()
    }
}

impl Call for WhoAmI {
    type Reply = Identity;

    fn request(&self) -> Request<Bytes> {
        target::get_json("/api/whoami-v2".to_owned())
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Identity, ApiError> {
        Identity::read(json::read(response)?)
    }
}

/// `/api/whoami-v2`.
pub(crate) fn route(ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(READ, Incoming::WhoAmI)
}

/// The answer to [`WhoAmI`].
pub fn respond_whoami(identity: &Identity) -> Response<Bytes> {
    json::respond(StatusCode::OK, &identity.write())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::route;

    #[test]
    fn a_request_is_routed_and_its_answer_comes_back_as_it_was_given() {
        assert_eq!(route(&WhoAmI.request()), Ok(Incoming::WhoAmI));
        let rest = |key: &str| [(key.to_owned(), Value::from(true))].into_iter().collect();
        let mut identity = Identity::user("ada");
        assert_eq!(
            WhoAmI.reply(&respond_whoami(&identity)),
            Ok(identity.clone())
        );
        identity.fullname = Some("Ada L.".to_owned());
        identity.email = Some("ada@example.org".to_owned());
        identity.token_name = Some("laptop".to_owned());
        identity.token_role = Some("read".to_owned());
        identity.organisations.push(Organisation {
            name: "engines".to_owned(),
            fullname: None,
            role: Some("admin".to_owned()),
            rest: rest("isEnterprise"),
        });
        identity.rest = rest("isPro");
        identity.token_rest = rest("expiration");
        identity.auth_rest = [("type".to_owned(), Value::from("oauth"))]
            .into_iter()
            .collect();
        assert_eq!(WhoAmI.reply(&respond_whoami(&identity)), Ok(identity));
    }

    #[test]
    fn the_name_must_be_there_and_little_else() {
        let read =
            |body: &'static str| WhoAmI.reply(&Response::new(Bytes::from_static(body.as_bytes())));
        assert_eq!(read(r#"{"name":"x"}"#), Ok(Identity::user("x")));
        let bot = read(r#"{"type":"app","name":"x","orgs":null,"auth":{}}"#).expect("an answer");
        assert_eq!(bot.kind, IdentityKind::Other);
        for wrong in [
            "{}",
            r#"{"name":7}"#,
            r#"{"name":"x","auth":7}"#,
            r#"{"name":"x","orgs":[7]}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
