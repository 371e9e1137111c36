//! Searches in several mailboxes: the command ESEARCH.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{IntoOwned, InvalidValue, into_owned, wire_api};

use super::begins_value;
use super::command::SearchProgram;
use super::options::{ReturnOptions, return_options, write_return_options};
use crate::element::items::{Item, ItemList, Items};
use crate::element::mailbox_filter::{FilterUse, MailboxFilter};
use crate::element::parameter::Parameter;
use crate::token::{close, open, sp};
use crate::tolerance::Deviation;

/// The arguments of ESEARCH: a search in several mailboxes, selected or not.
///
/// RFC 7377 section 2. Its answers are [`EsearchData`](super::EsearchData), one for each mailbox in which something
/// was found, with UIDs.
///
/// # Grammar
/// ```abnf
/// esearch = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts] SP search-program
/// ```
/// `search-return-opts` brings its own space, so that only one stands before it.
///
/// # Wire
/// ```text
/// C: tag1 ESEARCH IN (mailboxes "folder1" subtree "folder2") RETURN (COUNT) unseen
/// ```
///
/// # Limits
/// Keys are in each other up to 32 deep.
///
/// # Errors
/// `esearch-source-opts`, `filter-mailboxes`, and those of a [`SearchProgram`].
///
/// # Example
/// ```
/// use mailwire_imap::element::mailbox_filter::MailboxFilter;
/// use mailwire_imap::family::search::Esearch;
///
/// let search = Esearch::parse(b" IN (inboxes subtree lists) unseen")?;
/// let source = search.source.as_ref().unwrap();
/// assert_eq!(source.filters().next(), Some(MailboxFilter::Inboxes));
/// assert_eq!(search.to_bytes(), b" IN (inboxes subtree lists) UNSEEN");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Esearch<'a> {
    /// The mailboxes; `None` for the selected one.
    pub source: Option<SearchSource<'a>>,
    /// What is to be given back; `None` for all numbers.
    pub options: Option<ReturnOptions<'a>>,
    /// What is looked for.
    pub program: SearchProgram<'a>,
}

/// Which mailboxes are searched.
///
/// RFC 7377 section 2.2.
///
/// # Grammar
/// ```abnf
/// esearch-source-opts = "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")"
/// source-mbox         = filter-mailboxes *(SP filter-mailboxes)
/// scope-options       = scope-option *(SP scope-option)
/// scope-option        = scope-option-name [SP scope-option-value]
/// ```
/// No scope options are defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSource<'a> {
    filters: Items<'a, SearchFilter>,
    scope: Option<ScopeOptions<'a>>,
}

/// Options of a search in several mailboxes: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeOptions<'a>(ItemList<'a, ScopeOption>);

/// A filter that is legal in a search, as an item of a list.
#[derive(Debug)]
enum SearchFilter {}

/// A scope option, as an item of a list.
#[derive(Debug)]
enum ScopeOption {}

wire_api!(Deviation, crate::Mode: Esearch);
into_owned!(struct Esearch { source, options, program });
into_owned!(struct SearchSource { filters, scope });
into_owned!(@impl ScopeOptions, self => { ScopeOptions(IntoOwned::into_owned(self.0)) });

impl Item for SearchFilter {
    type At<'x> = MailboxFilter<'x>;

    fn parse_item<'x>(input: &'x [u8], cx: &Context) -> PResult<'x, MailboxFilter<'x>> {
        MailboxFilter::parse_for(FilterUse::MultiSearch, input, cx)
    }
}

impl Item for ScopeOption {
    type At<'x> = Parameter<'x>;
}

impl<'a> Wire<'a> for Esearch<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, source) = source(input, cx)?;
        let (rest, options) = return_options(rest, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, program) = cut(SearchProgram::parse_part(rest, cx))?;
        Ok((rest, Self { source, options, program }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if let Some(source) = &self.source {
            out.keyword(" IN ").put(source);
        }
        write_return_options(out, self.options.as_ref());
        out.sp().put(&self.program);
    }
}

/// `[SP "IN" SP "(" ... ")"]`, in front of `SP`.
fn source<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<SearchSource<'a>>> {
    let Ok((word_at, ())) = sp(input, cx) else { return Ok((input, None)) };
    match strip_prefix_ignore_case(word_at, b"IN") {
        Some(behind @ [b' ', ..]) => {
            let (list_at, ()) = cut(sp(behind, cx))?;
            cut(SearchSource::parse_part(list_at, cx)).map(|(rest, source)| (rest, Some(source)))
        }
        _ => Ok((input, None)),
    }
}

impl<'a> Wire<'a> for SearchSource<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "esearch-source-opts";
        let (inside, ()) = open(input, RULE)?;
        let mut rest = inside;
        // The filters end where a parenthesis does, or where one begins that is not theirs.
        loop {
            (rest, _) = cut(SearchFilter::parse_item(rest, cx))?;
            match rest.iter().find(|octet| **octet != b' ') {
                Some(b'(' | b')') => break,
                _ => (rest, ()) = cut(sp(rest, cx))?,
            }
        }
        let (_, filters) =
            cut(Items::parse_some(inside.split_at(inside.len() - rest.len()).0, cx))?;
        if let Ok((rest, ())) = close(rest, cx, RULE) {
            return Ok((rest, Self { filters, scope: None }));
        }
        let (rest, ()) = cut(sp(rest, cx))?;
        let (behind, scope) = cut(ItemList::parse_part(rest, cx))?;
        if scope.is_empty() {
            return Err(stop(rest, "scope-option"));
        }
        let (rest, ()) = close(behind, cx, RULE)?;
        Ok((rest, Self { filters, scope: Some(ScopeOptions(scope)) }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'(').put(&self.filters);
        if let Some(scope) = &self.scope {
            out.sp().put(&scope.0);
        }
        out.byte(b')');
    }
}

impl<'a> SearchSource<'a> {
    /// The mailboxes that these filters mean.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is no filter, with 0 for its place; and where one is only legal in NOTIFY,
    /// with its place.
    pub fn new<'f>(
        filters: impl IntoIterator<Item = MailboxFilter<'f>>,
    ) -> Result<SearchSource<'static>, InvalidValue> {
        let filters: Items<'static, SearchFilter> = Items::new(filters);
        // An illegal filter ends the iteration.
        match filters.iter().count() {
            at if at < filters.len() => Err(InvalidValue { what: "filter-mailboxes", at }),
            0 => Err(InvalidValue { what: "filter-mailboxes", at: 0 }),
            _ => Ok(SearchSource { filters, scope: None }),
        }
    }

    /// The same mailboxes, with options.
    #[must_use]
    pub fn with_scope(self, scope: ScopeOptions<'a>) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// The filters in their order.
    pub fn filters(&self) -> impl Iterator<Item = MailboxFilter<'_>> {
        self.filters.iter()
    }

    /// The options.
    #[must_use]
    pub const fn scope(&self) -> Option<&ScopeOptions<'a>> {
        self.scope.as_ref()
    }
}

impl ScopeOptions<'_> {
    /// These options, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none, and for a value that would be read as the next name.
    pub fn new<'p>(
        options: impl IntoIterator<Item = Parameter<'p>>,
    ) -> Result<ScopeOptions<'static>, InvalidValue> {
        let mut readable = true;
        let options = options.into_iter().inspect(|option| {
            let value = option.value.as_ref();
            readable &= value.is_none_or(|value| begins_value(value.as_bytes()));
        });
        let list = ItemList::new(options);
        if list.is_empty() || !readable {
            return Err(InvalidValue { what: "scope-option", at: 0 });
        }
        Ok(ScopeOptions(list))
    }

    /// The options in their order.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::mailbox::Mailbox;
    use crate::element::mailbox_filter::Mailboxes;
    use crate::element::parameter::Label;
    use crate::family::search::{ReturnOption, SearchKey};
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn rows() {
        let program = SearchProgram::new([SearchKey::Unseen]).unwrap();
        let search = |source, options| Esearch { source, options, program: program.clone() };
        let mailbox = |name: &'static str| Mailboxes::new([Mailbox::new(name).unwrap()]).unwrap();
        let source = |filters: &[MailboxFilter<'static>]| {
            SearchSource::new(filters.iter().cloned()).unwrap()
        };
        let scope = ScopeOptions::new([
            Parameter::new(Label::new("x").unwrap(), Some("$")).unwrap(),
            Parameter::new(Label::new("y").unwrap(), None::<&str>).unwrap(),
        ]);
        let count = ReturnOptions::new([ReturnOption::Count]);
        check_rows(&[
            (b" UNSEEN", search(None, None)),
            (b" RETURN (COUNT) UNSEEN", search(None, Some(count.clone()))),
            (
                b" IN (mailboxes folder1 subtree folder2) UNSEEN",
                search(
                    Some(source(&[
                        MailboxFilter::Mailboxes(mailbox("folder1")),
                        MailboxFilter::Subtree(mailbox("folder2")),
                    ])),
                    None,
                ),
            ),
            (
                b" IN (selected subtree-one a (x $ y)) RETURN (COUNT) UNSEEN",
                search(
                    Some(
                        source(&[MailboxFilter::Selected, MailboxFilter::SubtreeOne(mailbox("a"))])
                            .with_scope(scope.unwrap()),
                    ),
                    Some(count.clone()),
                ),
            ),
        ]);
        check_rejects::<Esearch<'_>>(&[
            (b"", "SP", 0),
            (b" IN", "search-key", 1),
            (b" IN () UNSEEN", "filter-mailboxes", 5),
            (b" IN ((x)) UNSEEN", "filter-mailboxes", 5),
            (b" IN (inboxes ()) UNSEEN", "scope-option", 13),
            (b" IN (inboxes (x) UNSEEN", "esearch-source-opts", 16),
            (b" IN (selected-delayed) UNSEEN", "filter-mailboxes", 5),
            (b" IN (inboxes)", "SP", 13),
            (b" RETURN (COUNT) IN (inboxes) UNSEEN", "search-key", 16),
        ]);
        check_lenient::<Esearch<'_>>(&[
            (b" IN (inboxes ) UNSEEN", Deviation::TrailingSpace, b" IN (inboxes) UNSEEN"),
            (b" IN  (inboxes) UNSEEN", Deviation::ExtraSpaces, b" IN (inboxes) UNSEEN"),
        ]);
        let at = SearchSource::new([MailboxFilter::Inboxes, MailboxFilter::SelectedDelayed]);
        assert_eq!(at.unwrap_err().at, 1);
        assert!(SearchSource::new([]).is_err() && ScopeOptions::new([]).is_err());
    }
}
