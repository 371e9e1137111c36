//! What a search looks for: the search keys.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use super::argument::{
    AnnotationKey, FilterName, GmailId, HeaderKey, InThreadKey, MimePartKey, ModSeqKey,
};
use super::tree::{DEPTH, Either, Nested, SearchKeys};
use super::{begins_value, check_values, values_behind};
use crate::dispatch::dispatch;
use crate::element::date::Date;
use crate::element::flag::Keyword;
use crate::element::number::{Number64, NzNumber};
use crate::element::object_id::ObjectId;
use crate::element::raw::RawData;
use crate::element::sequence::SequenceSet;
use crate::element::string::{AString, Atom};
use crate::family::fetch::GmailLabel;
use crate::token::{ATOM_CHAR, sp};
use crate::tolerance::Deviation;

dispatch! {
    /// One key of a search: what a message has to be, to have or to contain.
    ///
    /// RFC 9051 section 6.4.4, RFC 3501 section 6.4.4 (`NEW`, `OLD`, `RECENT`); RFC 5032, RFC 7162, RFC 8474,
    /// RFC 6203, RFC 5466, RFC 8514, RFC 5257, RFC 9738; and keys of Gmail, Dovecot and Cyrus. Texts are in the
    /// charset of the [program](super::SearchProgram).
    ///
    /// # Grammar
    /// ```abnf
    /// search-key = "ALL" / "ANSWERED" / "BCC" SP astring / "BEFORE" SP date / "BODY" SP astring /
    ///              "CC" SP astring / "DELETED" / "FLAGGED" / "FROM" SP astring /
    ///              "KEYWORD" SP flag-keyword / "NEW" / "OLD" / "ON" SP date / "RECENT" / "SEEN" /
    ///              "SINCE" SP date / "SUBJECT" SP astring / "TEXT" SP astring / "TO" SP astring /
    ///              "UNANSWERED" / "UNDELETED" / "UNFLAGGED" / "UNKEYWORD" SP flag-keyword /
    ///              "UNSEEN" / "DRAFT" / "HEADER" SP header-fld-name SP astring /
    ///              "LARGER" SP number64 / "NOT" SP search-key / "OR" SP search-key SP search-key /
    ///              "SENTBEFORE" SP date / "SENTON" SP date / "SENTSINCE" SP date /
    ///              "SMALLER" SP number64 / "UID" SP sequence-set / "UNDRAFT" / sequence-set /
    ///              "(" search-key *(SP search-key) ")"
    /// search-key =/ ( "OLDER" / "YOUNGER" ) SP nz-number / search-modsequence /
    ///               "EMAILID" SP objectid / "THREADID" SP objectid / "FUZZY" SP search-key /
    ///               "FILTER" SP filter-name / "SAVEDBEFORE" SP date / "SAVEDON" SP date /
    ///               "SAVEDSINCE" SP date / "SAVEDATESUPPORTED" /
    ///               "ANNOTATION" SP entry-match SP att-search SP value /
    ///               ( "UIDAFTER" / "UIDBEFORE" ) SP uniqueid
    /// ```
    /// A name that is not known here is kept with what follows it, up to the next name: see [`OtherKey`].
    ///
    /// # Wire
    /// ```text
    /// C: A1 SEARCH UNSEEN OR FROM mary (SUBJECT "budget" NOT SINCE 1-Feb-2024)
    /// ```
    ///
    /// # Limits
    /// Keys are in each other up to 32 deep.
    ///
    /// # Errors
    /// `search-key`, also where keys are nested too deep; and the rules of the arguments.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::search::SearchKey;
    ///
    /// let key = SearchKey::parse(b"or seen not larger 1000")?;
    /// let SearchKey::Or(keys) = &key else { panic!() };
    /// assert_eq!(**keys.one(), SearchKey::Seen);
    /// assert!(matches!(&**keys.other(), SearchKey::Not(key) if matches!(**key, SearchKey::Larger(_))));
    /// assert_eq!(key.to_bytes(), b"OR SEEN NOT LARGER 1000");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum SearchKey<'a> {
        /// Every message.
        All = "ALL",
        /// `\Answered` is set.
        Answered = "ANSWERED",
        /// The field Bcc contains a text.
        Bcc(AString<'a>) = "BCC",
        /// It arrived before this day.
        Before(Date) = "BEFORE",
        /// The body contains a text.
        Body(AString<'a>) = "BODY",
        /// The field Cc contains a text.
        Cc(AString<'a>) = "CC",
        /// `\Deleted` is set.
        Deleted = "DELETED",
        /// `\Draft` is set.
        Draft = "DRAFT",
        /// `\Flagged` is set.
        Flagged = "FLAGGED",
        /// The field From contains a text.
        From(AString<'a>) = "FROM",
        /// A field of the header contains a text.
        Header(HeaderKey<'a>) = "HEADER",
        /// A keyword is set.
        Keyword(Keyword<'a>) = "KEYWORD",
        /// It has more octets than this.
        Larger(Number64) = "LARGER",
        /// `\Recent` is set, and `\Seen` is not; only in IMAP4rev1.
        New = "NEW",
        /// A key does not match.
        Not(Nested<'a>) = "NOT",
        /// `\Recent` is not set; only in IMAP4rev1.
        Old = "OLD",
        /// It arrived on this day.
        On(Date) = "ON",
        /// One of two keys matches, or both do.
        Or(Either<'a>) = "OR",
        /// `\Recent` is set; only in IMAP4rev1.
        Recent = "RECENT",
        /// `\Seen` is set.
        Seen = "SEEN",
        /// Its field Date is before this day.
        SentBefore(Date) = "SENTBEFORE",
        /// Its field Date is on this day.
        SentOn(Date) = "SENTON",
        /// Its field Date is on this day or later.
        SentSince(Date) = "SENTSINCE",
        /// It arrived on this day or later.
        Since(Date) = "SINCE",
        /// It has fewer octets than this.
        Smaller(Number64) = "SMALLER",
        /// The field Subject contains a text.
        Subject(AString<'a>) = "SUBJECT",
        /// The header or the body contains a text.
        Text(AString<'a>) = "TEXT",
        /// The field To contains a text.
        To(AString<'a>) = "TO",
        /// Its UID is in a set.
        Uid(SequenceSet<'a>) = "UID",
        /// `\Answered` is not set.
        Unanswered = "UNANSWERED",
        /// `\Deleted` is not set.
        Undeleted = "UNDELETED",
        /// `\Draft` is not set.
        Undraft = "UNDRAFT",
        /// `\Flagged` is not set.
        Unflagged = "UNFLAGGED",
        /// A keyword is not set.
        Unkeyword(Keyword<'a>) = "UNKEYWORD",
        /// `\Seen` is not set.
        Unseen = "UNSEEN",
        /// It arrived this many seconds ago, or longer. RFC 5032.
        Older(NzNumber) = "OLDER",
        /// It arrived within this many seconds. RFC 5032.
        Younger(NzNumber) = "YOUNGER",
        /// It changed at this modification sequence or later. RFC 7162.
        ModSeq(ModSeqKey<'a>) = "MODSEQ",
        /// It has this identifier. RFC 8474.
        EmailId(ObjectId<'a>) = "EMAILID",
        /// Its thread has this identifier. RFC 8474.
        ThreadId(ObjectId<'a>) = "THREADID",
        /// A key matches more or less. RFC 6203.
        Fuzzy(Nested<'a>) = "FUZZY",
        /// A search matches that the server keeps by this name. RFC 5466.
        Filter(FilterName<'a>) = "FILTER",
        /// It was saved in the mailbox before this day. RFC 8514.
        SavedBefore(Date) = "SAVEDBEFORE",
        /// It was saved in the mailbox on this day. RFC 8514.
        SavedOn(Date) = "SAVEDON",
        /// It was saved in the mailbox on this day or later. RFC 8514.
        SavedSince(Date) = "SAVEDSINCE",
        /// Its mailbox keeps the day on which it was saved. RFC 8514.
        SaveDateSupported = "SAVEDATESUPPORTED",
        /// An annotation contains a text. RFC 5257.
        Annotation(AnnotationKey<'a>) = "ANNOTATION",
        /// Its UID is higher than this. RFC 9738.
        UidAfter(NzNumber) = "UIDAFTER",
        /// Its UID is lower than this. RFC 9738.
        UidBefore(NzNumber) = "UIDBEFORE",
        /// It matches a search in the language of Gmail.
        XGmRaw(AString<'a>) = "X-GM-RAW",
        /// It has a label of Gmail.
        XGmLabels(GmailLabel<'a>) = "X-GM-LABELS",
        /// It has this identifier of Gmail.
        XGmMsgId(GmailId) = "X-GM-MSGID",
        /// Its thread has this identifier of Gmail.
        XGmThrId(GmailId) = "X-GM-THRID",
        /// It is in a thread with a message that matches. Dovecot.
        InThread(InThreadKey<'a>) = "INTHREAD",
        /// Its conversation has this identifier. Cyrus.
        Cid(AString<'a>) = "CID",
        /// A part of it matches. Dovecot.
        MimePart(MimePartKey<'a>) = "MIMEPART",
    }
    others {
        /// Its sequence number is in a set, or it is in the result that was saved as `$`.
        Set(SequenceSet<'a>),
        /// All of several keys match.
        Group(SearchKeys<'a>),
        /// A key that is not known here.
        Other(OtherKey<'a>),
    }
    /// The search keys that are known here, by name.
    pub enum SearchKeyName: "search-key" in ATOM_CHAR;
}

/// A search key that is not known here: its name, and the values behind it.
///
/// How many values a key takes cannot be told from the outside. Lists, strings, numbers and sets behind the
/// name are taken for its values; a word is taken for the next key. What is written is what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherKey<'a> {
    name: Atom<'a>,
    values: Option<RawData<'a>>,
}

wire_api!(Deviation, crate::Mode: SearchKey);
into_owned!(struct OtherKey { name, values });

/// The word of a command that is no key: it would be read as what it is there.
fn is_reserved(name: &[u8]) -> bool {
    [&b"RETURN"[..], b"CHARSET", b"IN"].iter().any(|word| name.eq_ignore_ascii_case(word))
}

impl<'a> Wire<'a> for SearchKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "search-key";
        match input {
            [b'(', behind @ ..] => cx
                .nested(input, RULE, |_, cx| SearchKeys::parse_group(behind, cx))
                .map(|(rest, keys)| (rest, Self::Group(keys))),
            [b'0'..=b'9' | b'*' | b'$', ..] => {
                SequenceSet::parse_part(input, cx).map(|(rest, set)| (rest, Self::Set(set)))
            }
            _ => {
                if let Some((rest @ [b' ' | b')' | b'\r', ..], name)) =
                    SearchKeyName::leading(input)
                {
                    return Self::parse_known(name, rest, cx);
                }
                let (word, rest) = ATOM_CHAR.split(input);
                match SearchKeyName::from_keyword(word) {
                    Some(name) => Self::parse_known(name, rest, cx),
                    None if word.is_empty() => Err(fail(input, RULE)),
                    None if is_reserved(word) => Err(stop(input, RULE)),
                    None => {
                        let (rest, values) = values_behind(rest, cx)?;
                        Ok((rest, Self::Other(OtherKey { name: Atom::checked(word), values })))
                    }
                }
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Set(set) => out.put(set),
            Self::Group(keys) => out.byte(b'(').put(keys).byte(b')'),
            Self::Other(other) => match &other.values {
                Some(values) => out.put(&other.name).sp().put(values),
                None => out.put(&other.name),
            },
            known => {
                known.encode_arguments(out.keyword(known.name().map_or("", SearchKeyName::as_str)));
                out
            }
        };
    }
}

impl<'a> OtherKey<'a> {
    /// A key from its name and the values behind it.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here, is a word of a search command, or would be read as a
    /// set; and for values of which one would be read as the next key.
    pub fn new(name: Atom<'a>, values: Option<RawData<'a>>) -> Result<Self, InvalidValue> {
        let word = name.as_bytes();
        let known = SearchKeyName::from_keyword(word).is_some();
        if known || is_reserved(word) || begins_value(word) {
            return Err(InvalidValue { what: "search-key", at: 0 });
        }
        check_values(values.as_ref())?;
        Ok(Self { name, values })
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.name
    }

    /// The values behind it.
    #[must_use]
    pub const fn values(&self) -> Option<&RawData<'a>> {
        self.values.as_ref()
    }
}

impl<'a> SearchKey<'a> {
    /// What follows a name. Keys with others in them are apart from the rest, so that what one level costs on
    /// the stack is little.
    fn parse_known(name: SearchKeyName, input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        /// All but the keys that hold others.
        #[inline(never)]
        fn parse_leaf<'a>(
            name: SearchKeyName,
            input: &'a [u8],
            cx: &Context,
        ) -> PResult<'a, SearchKey<'a>> {
            SearchKey::parse_arguments(name, input, cx)
        }
        let behind = || cut(sp(input, cx)).map(|(rest, ())| rest);
        match name {
            SearchKeyName::Not => {
                cut(Nested::parse_part(behind()?, cx)).map(|(rest, key)| (rest, Self::Not(key)))
            }
            SearchKeyName::Fuzzy => {
                cut(Nested::parse_part(behind()?, cx)).map(|(rest, key)| (rest, Self::Fuzzy(key)))
            }
            SearchKeyName::Or => {
                cut(Either::parse_part(behind()?, cx)).map(|(rest, keys)| (rest, Self::Or(keys)))
            }
            SearchKeyName::InThread => cut(InThreadKey::parse_part(behind()?, cx))
                .map(|(rest, thread)| (rest, Self::InThread(thread))),
            leaf => parse_leaf(leaf, input, cx),
        }
    }

    /// The key at the beginning of `input`, nested no deeper than keys may be.
    pub(super) fn limited<T>(cx: &Context, parse: impl FnOnce(&Context) -> T) -> T {
        cx.limited(DEPTH, parse)
    }
}

#[cfg(test)]
mod tests;
