//! Making, naming and removing mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE.
//!
//! DELETE, SUBSCRIBE and UNSUBSCRIBE (RFC 9051 sections 6.3.5, 6.3.7 and 6.3.8) have a
//! [`Mailbox`] and nothing else.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut};
use mailwire_core::{IntoOwned, InvalidValue, into_owned, wire_api};

use super::list::Attribute;
use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::items::{ItemList, item};
use crate::element::mailbox::Mailbox;
use crate::element::parameter::{LABEL, Parameter};
use crate::extension::{Extension, IsMet, Need};
use crate::token::sp;
use crate::tolerance::Deviation;

/// The arguments of CREATE: the name of the new mailbox, and what it is for.
///
/// RFC 9051 section 6.3.4; parameters from RFC 4466 section 2.2, RFC 6154 (CREATE-SPECIAL-USE).
///
/// # Grammar
/// ```abnf
/// create        = "CREATE" SP mailbox [create-params]
/// create-params = SP "(" create-param *( SP create-param) ")"
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 CREATE Everything (USE (\All))
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `list`, `SP`, and those of [`CreateParameter`].
///
/// # Example
/// ```
/// use mailwire_imap::family::list::Attribute;
/// use mailwire_imap::family::mailbox::{Create, CreateParameter};
///
/// let create = Create::parse(br"Everything (USE (\All))")?;
/// let Some(CreateParameter::Use(uses)) = create.parameters.iter().next() else { panic!() };
/// assert!(uses.attributes().contains(&Attribute::All));
/// assert_eq!(create.to_bytes(), br"Everything (USE (\All))");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create<'a> {
    /// The mailbox.
    pub mailbox: Mailbox<'a>,
    /// What it is for; mostly none.
    pub parameters: ItemList<'a, CreateParameter<'static>>,
}

dispatch! {
    /// What a new mailbox is for.
    ///
    /// RFC 4466 section 2.2, RFC 6154 section 3.
    ///
    /// # Grammar
    /// ```abnf
    /// create-param      = create-param-name [SP create-param-value]
    /// create-param      =/ "USE" SP "(" [use-attr *(SP use-attr)] ")"
    /// create-param-name = tagged-ext-label
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: A1 CREATE Sent (USE (\Sent))
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `tagged-ext-label`, `tagged-ext-val`, `list`, `use-attr`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::mailbox::CreateParameter;
    ///
    /// assert!(matches!(CreateParameter::parse(br"USE (\Sent)")?, CreateParameter::Use(_)));
    /// assert!(matches!(CreateParameter::parse(b"PARTITION (x)")?, CreateParameter::Other(_)));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum CreateParameter<'a> {
        /// The special uses that the mailbox shall have.
        Use(UseAttributes<'a>) = "USE",
    }
    others {
        /// A parameter that is not known here.
        Other(CreateExtension<'a>),
    }
    /// The parameters that are known here, by name.
    pub enum CreateParameterName: "create-param-name" in LABEL;
}

/// The special uses that a new mailbox shall have, in parentheses; there can be none.
///
/// RFC 6154 section 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseAttributes<'a>(ItemList<'a, Attribute<'static>>);

/// A parameter of CREATE that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateExtension<'a>(Parameter<'a>);

/// The arguments of RENAME: the name of a mailbox, and its new one.
///
/// RFC 9051 section 6.3.6; parameters from RFC 4466 section 2.3.
///
/// # Grammar
/// ```abnf
/// rename        = "RENAME" SP mailbox SP mailbox [rename-params]
/// rename-params = SP "(" rename-param *(SP rename-param) ")"
/// rename-param  = rename-param-name [SP rename-param-value]
/// ```
/// Deviations: [`ExtraSpaces`](Deviation::ExtraSpaces), [`TrailingSpace`](Deviation::TrailingSpace).
///
/// # Wire
/// ```text
/// C: A1 RENAME "Old name" New
/// ```
///
/// # Limits
/// Those of the line and of its literals.
///
/// # Errors
/// `mailbox`, `list`, `tagged-ext-label`, `tagged-ext-val`, `SP`.
///
/// # Example
/// ```
/// use mailwire_imap::family::mailbox::Rename;
///
/// let rename = Rename::parse(b"\"Old name\" New")?;
/// assert_eq!(rename.from.as_bytes(), b"Old name");
/// assert_eq!(rename.to_bytes(), b"\"Old name\" New");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename<'a> {
    /// The name that the mailbox has.
    pub from: Mailbox<'a>,
    /// The name that it gets.
    pub to: Mailbox<'a>,
    /// How it is renamed; none is registered.
    pub parameters: ItemList<'a, Parameter<'static>>,
}

wire_api!(Deviation, Mode: Create, CreateParameter, Rename);
into_owned!(struct Create { mailbox, parameters });
into_owned!(struct Rename { from, to, parameters });
into_owned!(@impl CreateExtension, self => { CreateExtension(self.0.into_owned()) });
into_owned!(@impl UseAttributes, self => { UseAttributes(IntoOwned::into_owned(self.0)) });
item!(CreateParameter);

impl Create<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        self.parameters.iter().find_map(|parameter| parameter.name()?.need().unmet(is_met))
    }
}

impl CreateParameterName {
    /// What a server has to offer for the parameter.
    #[must_use]
    pub const fn need(self) -> Need {
        match self {
            Self::Use => Need::of(Extension::CreateSpecialUse),
        }
    }
}

impl<'a> UseAttributes<'a> {
    /// These special uses. The server judges which of them it supports.
    ///
    /// # Errors
    /// [`InvalidValue`] for what is no attribute, with its place in the list.
    pub fn new<'x>(
        uses: impl IntoIterator<Item = Attribute<'x>>,
    ) -> Result<UseAttributes<'static>, InvalidValue> {
        let mut damaged = None;
        let uses = uses.into_iter().enumerate().map(|(at, attribute)| {
            // What was damaged in a response has no place in a command.
            if matches!(attribute, Attribute::Invalid(_)) {
                damaged.get_or_insert(at);
            }
            attribute
        });
        let uses = ItemList::new(uses);
        damaged.map_or(Ok(UseAttributes(uses)), |at| Err(InvalidValue { what: "use-attr", at }))
    }

    /// The special uses.
    #[must_use]
    pub const fn attributes(&self) -> &ItemList<'a, Attribute<'static>> {
        &self.0
    }
}

impl<'a> Wire<'a> for UseAttributes<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        ItemList::parse_part(input, cx).map(|(rest, uses)| (rest, Self(uses)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl<'a> Wire<'a> for Create<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        let (rest, parameters) = ItemList::parse_optional(rest, cx)?;
        Ok((rest, Self { mailbox, parameters }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.mailbox);
        self.parameters.encode_optional(out);
    }
}

impl<'a> Wire<'a> for CreateParameter<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = LABEL.split(input);
        match CreateParameterName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => {
                let (rest, other) = Parameter::parse_part(input, cx)?;
                Ok((rest, Self::Other(CreateExtension(other))))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.0.encode(out),
            known => {
                out.keyword(known.name().map_or("", CreateParameterName::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl<'a> CreateExtension<'a> {
    /// A parameter.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here.
    pub fn new(parameter: Parameter<'a>) -> Result<Self, InvalidValue> {
        match CreateParameterName::from_keyword(parameter.name.as_bytes()) {
            Some(_) => Err(InvalidValue { what: "create-param-name", at: 0 }),
            None => Ok(Self(parameter)),
        }
    }

    /// The name and the value.
    #[must_use]
    pub const fn parameter(&self) -> &Parameter<'a> {
        &self.0
    }
}

impl<'a> Wire<'a> for Rename<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, from) = Mailbox::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, to) = cut(Mailbox::parse_part(rest, cx))?;
        let (rest, parameters) = ItemList::parse_optional(rest, cx)?;
        Ok((rest, Self { from, to, parameters }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.from).sp().put(&self.to);
        self.parameters.encode_optional(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Command;
    use crate::element::parameter::Label;
    use crate::family::list::AttributeExtension;
    use crate::rows::{check_lenient, check_needs, check_rejects, check_roundtrip, check_rows};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn name(name: &str) -> Mailbox<'_> {
        Mailbox::new(name).unwrap()
    }

    fn parameter(name: &'static str, value: Option<&'static str>) -> Parameter<'static> {
        Parameter::new(Label::new(name).unwrap(), value).unwrap()
    }

    #[test]
    fn create() {
        let create = |mailbox: &'static str, parameters: Vec<CreateParameter<'static>>| Create {
            mailbox: name(mailbox),
            parameters: ItemList::new(parameters),
        };
        let uses =
            |uses: Vec<Attribute<'static>>| CreateParameter::Use(UseAttributes::new(uses).unwrap());
        let new = Attribute::Other(AttributeExtension::new("New").unwrap());
        let partition = CreateExtension::new(parameter("PARTITION", Some("(x)"))).unwrap();
        check_rows(&[
            (b"owatagusiam/", create("owatagusiam/", Vec::new())),
            (
                b"x (USE (\\All \\Archive \\Drafts \\Flagged \\Junk \\Sent \\Trash \\New))",
                create(
                    "x",
                    alloc::vec![uses(alloc::vec![
                        Attribute::All,
                        Attribute::Archive,
                        Attribute::Drafts,
                        Attribute::Flagged,
                        Attribute::Junk,
                        Attribute::Sent,
                        Attribute::Trash,
                        new,
                    ])],
                ),
            ),
            (
                b"\"a b\" (USE () PARTITION (x))",
                create("a b", alloc::vec![uses(Vec::new()), CreateParameter::Other(partition)]),
            ),
        ]);
        check_rejects::<Create<'_>>(&[
            (b"", "mailbox", 0),
            (b"x ()", "list", 3),
            (b"x (USE)", "SP", 6),
            (b"x (USE x)", "list", 7),
            (b"x (USE (x))", "use-attr", 8),
            (b"x (USE (\\))", "use-attr", 9),
            (b"x (USE (\\All)", "list", 13),
            (b"x (1)", "tagged-ext-label", 3),
        ]);
        check_lenient::<Create<'_>>(&[
            (b"x (USE (\\All ))", Deviation::TrailingSpace, b"x (USE (\\All))"),
            (b"x (USE  (\\All))", Deviation::ExtraSpaces, b"x (USE (\\All))"),
        ]);
        assert!(CreateExtension::new(parameter("use", None)).is_err());
        let listed = crate::family::list::ListData::parse(b"(\\Sent x) NIL a").unwrap();
        let uses = UseAttributes::new(listed.attributes.iter());
        assert_eq!(uses, Err(InvalidValue { what: "use-attr", at: 1 }));
    }

    #[test]
    fn rename() {
        let rename = |from, to, parameters: Vec<Parameter<'static>>| Rename {
            from: name(from),
            to: name(to),
            parameters: ItemList::new(parameters),
        };
        check_rows(&[
            (b"blurdybloop sarasoop", rename("blurdybloop", "sarasoop", Vec::new())),
            (
                b"INBOX \"old mail\" (X-A X-B 1)",
                rename(
                    "INBOX",
                    "old mail",
                    alloc::vec![parameter("X-A", None), parameter("X-B", Some("1"))],
                ),
            ),
        ]);
        check_rejects::<Rename<'_>>(&[
            (b"a", "SP", 1),
            (b"a ", "mailbox", 2),
            (b"a b ()", "list", 5),
            (b"a b c", "end", 3),
        ]);
        check_lenient::<Rename<'_>>(&[(b"a  b", Deviation::ExtraSpaces, b"a b")]);
    }

    #[test]
    fn commands_of_one_mailbox() {
        check_rows(&[
            (b"DELETE x", Command::Delete(name("x"))),
            (b"SUBSCRIBE \"a b\"", Command::Subscribe(name("a b"))),
            (b"UNSUBSCRIBE INBOX", Command::Unsubscribe(Mailbox::INBOX)),
        ]);
        check_rejects::<Command<'_>>(&[(b"DELETE", "SP", 6), (b"SUBSCRIBE %", "mailbox", 10)]);
    }

    proptest! {
        #[test]
        fn roundtrip(from in "[ -~]{0,9}", to in "\\PC{0,5}", value in "\\(([a-z1-9] ){0,3}z\\)") {
            let parameters = ItemList::new([parameter("X", None)]);
            let Ok(to) = Mailbox::new(&to) else { return Ok(()) };
            let rename = Rename { from: name(&from), to, parameters };
            check_roundtrip!(Rename: rename);
            let other = Parameter::new(Label::new("X-Y").unwrap(), Some(&value)).unwrap();
            let other = CreateParameter::Other(CreateExtension::new(other).unwrap());
            let uses = CreateParameter::Use(UseAttributes::new([Attribute::Sent]).unwrap());
            let create = Create { mailbox: name(&from), parameters: ItemList::new([other, uses]) };
            check_roundtrip!(Create: create);
        }
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("CREATE x", &[]),
            ("CREATE x (USE (\\Sent))", &["CREATE-SPECIAL-USE"]),
            ("CREATE x (X-NEW)", &[]),
            ("RENAME a b", &[]),
        ]);
    }
}
