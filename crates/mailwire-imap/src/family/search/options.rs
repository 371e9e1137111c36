//! What a search is to give back: the return options of SEARCH, SORT and ESEARCH.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::begins_value;
use crate::dispatch::dispatch;
use crate::element::items::{ItemList, Items, item};
use crate::element::parameter::{LABEL, Label, Parameter};
use crate::element::partial_range::PartialRange;
use crate::element::raw::RawData;
use crate::family::fetch::FetchAttribute;
use crate::token::sp;
use crate::tolerance::Deviation;

/// The options in parentheses; none of them means [`All`](ReturnOption::All).
pub type ReturnOptions<'a> = ItemList<'a, ReturnOption<'static>>;

dispatch! {
    /// What a search is to give back.
    ///
    /// RFC 9051 section 6.4.4 (`MIN`, `MAX`, `ALL`, `COUNT`, `SAVE`), RFC 9394 (`PARTIAL`), RFC 5267
    /// (`CONTEXT`, `UPDATE`), RFC 5465 section 7 (`UPDATE` with items), RFC 6203 (`RELEVANCY`).
    ///
    /// # Grammar
    /// ```abnf
    /// search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
    /// search-return-opt  = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE" /
    ///                      search-ret-opt-ext
    /// search-return-opt  =/ modifier-context / modifier-partial / modifier-update /
    ///                      "RELEVANCY"
    /// search-ret-opt-ext = search-modifier-name [SP search-mod-params]
    /// modifier-context   = "CONTEXT"
    /// modifier-partial   = "PARTIAL" SP partial-range
    /// modifier-update    = "UPDATE" [ "(" fetch-att *(SP fetch-att) ")" ]
    /// ```
    /// In the examples of RFC 5465, a space stands before the items of `UPDATE`; it is written, and need not
    /// be there.
    ///
    /// # Wire
    /// ```text
    /// C: A1 SEARCH RETURN (MIN COUNT) FLAGGED
    /// C: A2 UID SEARCH RETURN (PARTIAL -1:-100 UPDATE) UNDELETED
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `search-return-opt`, `partial-range`, `fetch-att`, `tagged-ext-val`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::search::{ReturnOption, Search};
    ///
    /// let search = Search::parse(b" RETURN (MIN COUNT) FLAGGED")?;
    /// let options = search.options.as_ref().unwrap();
    /// assert!(options.iter().eq([ReturnOption::Min, ReturnOption::Count]));
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum ReturnOption<'a> {
        /// The lowest number.
        Min = "MIN",
        /// The highest number.
        Max = "MAX",
        /// All numbers.
        All = "ALL",
        /// How many messages match.
        Count = "COUNT",
        /// Keep the result as `$`.
        Save = "SAVE",
        /// A page of the numbers.
        Partial(PartialRange) = "PARTIAL",
        /// A hint that the search will be asked for again.
        Context = "CONTEXT",
        /// Tell what is added to the result and removed from it.
        Update[UpdateItems<'a>] = "UPDATE",
        /// How well each message matches.
        Relevancy = "RELEVANCY",
    }
    others {
        /// An option that is not known here.
        Other(OtherOption<'a>),
    }
    /// The return options that are known here, by name.
    pub enum ReturnOptionName: "search-return-opt" in LABEL;
}

/// What is to be told of each message that is added to a result; nothing where it is empty.
///
/// RFC 5465 section 7.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpdateItems<'a>(Items<'a, FetchAttribute<'static>>);

/// A return option that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherOption<'a>(Parameter<'a>);

wire_api!(Deviation, crate::Mode: ReturnOption);
item!(ReturnOption);
into_owned!(@impl UpdateItems, self => { UpdateItems(mailwire_core::IntoOwned::into_owned(self.0)) });
into_owned!(@impl OtherOption, self => { OtherOption(self.0.into_owned()) });

impl<'a> Wire<'a> for ReturnOption<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (word, rest) = LABEL.split(input);
        match ReturnOptionName::from_keyword(word) {
            Some(name) => Self::parse_arguments(name, rest, cx),
            None => match Parameter::parse_part(input, cx) {
                Ok((rest, other)) => Ok((rest, Self::Other(OtherOption(other)))),
                Err(nom::Err::Error(_)) => Err(fail(input, "search-return-opt")),
                Err(error) => Err(error),
            },
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => out.put(&other.0),
            known => {
                known.encode_arguments(
                    out.keyword(known.name().map_or("", ReturnOptionName::as_str)),
                );
                out
            }
        };
    }
}

impl<'a> Wire<'a> for UpdateItems<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let at = match input {
            [b' ', b'(', ..] => sp(input, cx)?.0,
            [b'(', ..] => input,
            _ => return Ok((input, Self::NONE)),
        };
        let (rest, list) = cut(ItemList::parse_part(at, cx))?;
        if list.is_empty() {
            return Err(stop(at, "fetch-att"));
        }
        Ok((rest, Self(list.into_items())))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if !self.0.is_empty() {
            out.bytes(b" (").put(&self.0).byte(b')');
        }
    }
}

impl UpdateItems<'_> {
    /// Nothing but the number.
    pub const NONE: Self = Self(Items::EMPTY);

    /// These items, in their order; none for nothing but the number.
    pub fn new<'x>(items: impl IntoIterator<Item = FetchAttribute<'x>>) -> UpdateItems<'static> {
        UpdateItems(Items::new(items))
    }

    /// The items in their order.
    pub fn iter(&self) -> impl Iterator<Item = FetchAttribute<'_>> {
        self.0.iter()
    }

    /// True when nothing but the number is to be told.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> OtherOption<'a> {
    /// An option from its name and its value.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here, and for a value that would be read as the next name.
    pub fn new(option: Parameter<'a>) -> Result<Self, InvalidValue> {
        if ReturnOptionName::from_keyword(option.name.as_bytes()).is_some() {
            return Err(InvalidValue { what: "search-return-opt", at: 0 });
        }
        match &option.value {
            Some(value) if !begins_value(value.as_bytes()) => {
                Err(InvalidValue { what: "tagged-ext-val", at: 0 })
            }
            _ => Ok(Self(option)),
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Label<'a> {
        &self.0.name
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> Option<&RawData<'a>> {
        self.0.value.as_ref()
    }
}

/// `[SP "RETURN" SP "(" ... ")"]`, in front of `SP`.
pub(crate) fn return_options<'a>(
    input: &'a [u8],
    cx: &Context,
) -> PResult<'a, Option<ReturnOptions<'a>>> {
    let Ok((word_at, ())) = sp(input, cx) else { return Ok((input, None)) };
    match strip_prefix_ignore_case(word_at, b"RETURN") {
        Some(behind @ [b' ', ..]) => {
            let (list_at, ()) = cut(sp(behind, cx))?;
            let (rest, options) = cut(ItemList::parse_part(list_at, cx))?;
            Ok((rest, Some(options)))
        }
        _ => Ok((input, None)),
    }
}

/// Writes `SP "RETURN" SP "(" ... ")"`, or nothing.
pub(crate) fn write_return_options(out: &mut Encoder<'_>, options: Option<&ReturnOptions<'_>>) {
    if let Some(options) = options {
        out.keyword(" RETURN ").put(options);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_needs, check_rejects, check_rows};

    fn other(name: &'static str, value: Option<&'static str>) -> ReturnOption<'static> {
        let parameter = Parameter::new(Label::new(name).unwrap(), value).unwrap();
        ReturnOption::Other(OtherOption::new(parameter).unwrap())
    }

    #[test]
    fn rows() {
        let range = PartialRange::from_end(1, 30).unwrap();
        let fields = FetchAttribute::parse(b"BODY[HEADER.FIELDS (TO FROM)]").unwrap();
        let items = [FetchAttribute::Uid, fields];
        check_rows(&[
            (b"MIN", ReturnOption::Min),
            (b"MAX", ReturnOption::Max),
            (b"ALL", ReturnOption::All),
            (b"COUNT", ReturnOption::Count),
            (b"SAVE", ReturnOption::Save),
            (b"PARTIAL -1:-30", ReturnOption::Partial(range)),
            (b"CONTEXT", ReturnOption::Context),
            (b"UPDATE", ReturnOption::Update(UpdateItems::NONE)),
            (
                b"UPDATE (UID BODY[HEADER.FIELDS (TO FROM)])",
                ReturnOption::Update(UpdateItems::new(items)),
            ),
            (b"RELEVANCY", ReturnOption::Relevancy),
            (b"X-NEW", other("X-NEW", None)),
            (b"X-NEW (1 \"a\")", other("X-NEW", Some("(1 \"a\")"))),
        ]);
        check_rows(&[
            (b"()", ReturnOptions::EMPTY),
            (
                b"(COUNT UPDATE PARTIAL 1:5 x 4 MIN)",
                ReturnOptions::new([
                    ReturnOption::Count,
                    ReturnOption::Update(UpdateItems::NONE),
                    ReturnOption::Partial(PartialRange::from_beginning(1, 5).unwrap()),
                    other("x", Some("4")),
                    ReturnOption::Min,
                ]),
            ),
        ]);
        let tight = ReturnOption::parse(b"UPDATE(UID)").unwrap();
        assert_eq!(tight.to_bytes(), b"UPDATE (UID)");
        check_rejects::<ReturnOption<'_>>(&[
            (b"", "search-return-opt", 0),
            (b"5", "search-return-opt", 0),
            (b"PARTIAL", "SP", 7),
            (b"PARTIAL 1:*", "partial-range", 10),
            (b"PARTIAL 1:-2", "partial-range", 10),
            (b"UPDATE (UID", "list", 11),
            (b"UPDATE ()", "fetch-att", 7),
            (b"MIN 5", "end", 3),
        ]);
        check_lenient::<ReturnOptions<'_>>(&[
            (b"(MIN )", Deviation::TrailingSpace, b"(MIN)"),
            (b"(MIN  MAX)", Deviation::ExtraSpaces, b"(MIN MAX)"),
        ]);
        let known = Parameter::new(Label::new("min").unwrap(), None::<&str>).unwrap();
        assert!(OtherOption::new(known).is_err());
        let word = Parameter::new(Label::new("x").unwrap(), Some("word")).unwrap();
        assert!(OtherOption::new(word).is_err());
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("SEARCH RETURN () ALL", &["ESEARCH"]),
            (
                "SEARCH RETURN (MIN) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "ESEARCH"],
            ),
            (
                "SEARCH RETURN (MAX) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "ESEARCH"],
            ),
            (
                "SEARCH RETURN (ALL) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "ESEARCH"],
            ),
            (
                "UID SEARCH RETURN (COUNT) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "ESEARCH"],
            ),
            (
                "SEARCH RETURN (SAVE) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "SEARCHRES"],
            ),
            (
                "SEARCH RETURN (PARTIAL 1:5) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "PARTIAL or CONTEXT=SEARCH"],
            ),
            (
                "SEARCH RETURN (CONTEXT) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "CONTEXT=SEARCH"],
            ),
            (
                "SEARCH RETURN (UPDATE) ALL",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "CONTEXT=SEARCH"],
            ),
            (
                "SEARCH RETURN (UPDATE (UID EMAILID)) ALL",
                &[
                    "ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL",
                    "CONTEXT=SEARCH",
                    "NOTIFY",
                    "OBJECTID",
                ],
            ),
            (
                "SEARCH RETURN (RELEVANCY) FUZZY TEXT a",
                &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL", "SEARCH=FUZZY"],
            ),
            ("SEARCH RETURN (X-NEW) ALL", &["ESEARCH or CONTEXT=SEARCH or SEARCHRES or PARTIAL"]),
            ("ESEARCH IN (inboxes) RETURN (COUNT) UNSEEN", &["MULTISEARCH"]),
            ("ESEARCH RETURN (PARTIAL 1:5) UNSEEN", &["MULTISEARCH", "PARTIAL or CONTEXT=SEARCH"]),
            (
                "ESEARCH RETURN (SAVE UPDATE) OLDER 5",
                &["MULTISEARCH", "SEARCHRES", "CONTEXT=SEARCH", "WITHIN"],
            ),
            ("CANCELUPDATE \"A1\"", &["CONTEXT=SEARCH or CONTEXT=SORT"]),
        ]);
    }
}
