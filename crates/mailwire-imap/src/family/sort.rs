//! Searches whose result is sorted: SORT.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{InvalidValue, into_owned, wire_api, wire_enum};

use super::search::{
    ReturnOptions, SearchProgram, SearchVerb, begins_value, check_values, return_options,
    values_behind, write_return_options,
};
use crate::dispatch::dispatch;
use crate::element::annotation::EntryName;
use crate::element::items::{ItemList, item};
use crate::element::raw::RawData;
use crate::element::string::Atom;
use crate::extension::{Extension, IsMet, Need};
use crate::token::{ATOM_CHAR, sp};
use crate::tolerance::Deviation;

/// The arguments of SORT and UID SORT.
///
/// RFC 5256 section 3; RFC 5267 section 3 (`RETURN`). It is answered by
/// [`SearchData`](super::search::SearchData), and with options by
/// [`EsearchData`](super::search::EsearchData).
///
/// # Grammar
/// ```abnf
/// sort            = ["UID" SP] "SORT" SP sort-criteria SP search-criteria
/// sort            =/ extended-sort
/// extended-sort   = ["UID" SP] "SORT" search-return-opts SP sort-criteria SP search-criteria
/// sort-criteria   = "(" sort-criterion *(SP sort-criterion) ")"
/// search-criteria = charset 1*(SP search-key)
/// ```
///
/// # Wire
/// ```text
/// C: A282 SORT (SUBJECT REVERSE DATE) UTF-8 ALL
/// ```
///
/// # Limits
/// Search keys are in each other up to 32 deep.
///
/// # Errors
/// `sort-key`, `list`, and those of the options and of a [`SearchProgram`].
///
/// # Example
/// ```
/// use mailwire_imap::Command;
/// use mailwire_imap::family::sort::{SortCriterion, SortKey};
///
/// let command = Command::parse(b"SORT (subject reverse date) UTF-8 ALL")?;
/// let Command::Sort(sort) = &command else { panic!() };
/// let criteria: Vec<_> = sort.criteria().iter().collect();
/// assert_eq!(criteria, [SortKey::Subject.ascending(), SortKey::Date.descending()]);
/// assert_eq!(command.to_bytes(), b"SORT (SUBJECT REVERSE DATE) UTF-8 ALL");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort<'a> {
    options: Option<ReturnOptions<'a>>,
    criteria: SortCriteria<'a>,
    program: SearchProgram<'a>,
}

/// The criteria, the most important one first: at least one.
///
/// RFC 5256 section 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortCriteria<'a>(ItemList<'a, SortCriterion<'static>>);

/// By what messages are sorted, and in which direction.
///
/// RFC 5256 section 5.
///
/// # Grammar
/// ```abnf
/// sort-criterion = ["REVERSE" SP] sort-key
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortCriterion<'a> {
    /// True for descending order.
    pub reverse: bool,
    /// By what.
    pub key: SortKey<'a>,
}

dispatch! {
    /// By what messages are sorted.
    ///
    /// RFC 5256 section 3, RFC 5957 (`DISPLAYFROM`, `DISPLAYTO`), RFC 6203 (`RELEVANCY`), RFC 5257 (`ANNOTATION`);
    /// `UID` and `MODSEQ` from Cyrus.
    ///
    /// # Grammar
    /// ```abnf
    /// sort-key = "ARRIVAL" / "CC" / "DATE" / "FROM" / "SIZE" / "SUBJECT" / "TO"
    /// sort-key =/ "DISPLAYFROM" / "DISPLAYTO" / "RELEVANCY" / "ANNOTATION" SP entry SP att-sort
    /// ```
    ///
    /// # Wire
    /// ```text
    /// DISPLAYFROM
    /// ```
    ///
    /// # Limits
    /// None of its own.
    ///
    /// # Errors
    /// `sort-key`, `att-sort`, `SP`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::family::sort::SortKey;
    ///
    /// assert_eq!(SortKey::parse(b"displayfrom")?, SortKey::DisplayFrom);
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum SortKey<'a> {
        /// When the message arrived.
        Arrival = "ARRIVAL",
        /// The mailbox of the first address of Cc.
        Cc = "CC",
        /// The field Date.
        Date = "DATE",
        /// The mailbox of the first address of From.
        From = "FROM",
        /// The size in octets.
        Size = "SIZE",
        /// The base subject.
        Subject = "SUBJECT",
        /// The mailbox of the first address of To.
        To = "TO",
        /// The name that a client shows for From.
        DisplayFrom = "DISPLAYFROM",
        /// The name that a client shows for To.
        DisplayTo = "DISPLAYTO",
        /// How well the message matches.
        Relevancy = "RELEVANCY",
        /// The value of an annotation.
        Annotation(AnnotationSort<'a>) = "ANNOTATION",
        /// The UID.
        Uid = "UID",
        /// The modification sequence.
        ModSeq = "MODSEQ",
    }
    others {
        /// A key that is not known here.
        Other(OtherSortKey<'a>),
    }
    /// The keys that are known here, by name.
    pub enum SortKeyName: "sort-key" in ATOM_CHAR;
}

/// The annotation by whose value messages are sorted. RFC 5257 section 4.7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationSort<'a> {
    /// The entry.
    pub entry: EntryName<'a>,
    /// Which of its values.
    pub attribute: SortAttribute,
}

wire_enum! {
    /// Which value of an annotation is looked at. RFC 5257 section 5.
    pub enum SortAttribute: "att-sort" in ATOM_CHAR {
        /// That of the user.
        Private = "value.priv",
        /// That of all.
        Shared = "value.shared",
    }
}

/// A key that is not known here: its name, and the values behind it.
///
/// Lists, strings, numbers and sets behind the name are taken for its values; a word is taken for the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSortKey<'a> {
    name: Atom<'a>,
    values: Option<RawData<'a>>,
}

wire_api!(Deviation, crate::Mode: Sort, SortCriteria, SortCriterion, SortKey);
item!(SortCriterion);
into_owned!(struct Sort { options, criteria, program });
into_owned!(@impl SortCriteria, self => {
    SortCriteria(mailwire_core::IntoOwned::into_owned(self.0))
});
into_owned!(struct SortCriterion { reverse, key });
into_owned!(struct AnnotationSort { entry, attribute });
into_owned!(struct OtherSortKey { name, values });

const REVERSE: &[u8] = b"REVERSE";

impl<'a> Wire<'a> for Sort<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, options) = return_options(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, criteria) = cut(SortCriteria::parse_part(rest, cx))?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, program) = cut(SearchProgram::parse_criteria(rest, cx))?;
        Ok((rest, Self { options, criteria, program }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        write_return_options(out, self.options.as_ref());
        out.sp().put(&self.criteria).sp();
        self.program.encode_criteria(out);
    }
}

impl<'a> Wire<'a> for SortCriteria<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, list) = ItemList::parse_part(input, cx)?;
        if list.is_empty() {
            return Err(stop(input.get(1..).unwrap_or_default(), "sort-key"));
        }
        Ok((rest, Self(list)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0);
    }
}

impl<'a> Wire<'a> for SortCriterion<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match strip_prefix_ignore_case(input, REVERSE) {
            Some(behind @ [b' ', ..]) => {
                let (rest, ()) = cut(sp(behind, cx))?;
                let (rest, key) = cut(SortKey::parse_part(rest, cx))?;
                Ok((rest, Self { reverse: true, key }))
            }
            _ => SortKey::parse_part(input, cx).map(|(rest, key)| (rest, key.ascending())),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.reverse {
            out.bytes(REVERSE).sp();
        }
        out.put(&self.key);
    }
}

impl<'a> Wire<'a> for SortKey<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        const RULE: &str = "sort-key";
        let (word, rest) = ATOM_CHAR.split(input);
        if let Some(name) = SortKeyName::from_keyword(word) {
            return Self::parse_arguments(name, rest, cx);
        }
        if word.is_empty() || word.eq_ignore_ascii_case(REVERSE) || begins_value(word) {
            return Err(fail(input, RULE));
        }
        let (rest, values) = values_behind(rest, cx)?;
        Ok((rest, Self::Other(OtherSortKey { name: Atom::checked(word), values })))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => match &other.values {
                Some(values) => out.put(&other.name).sp().put(values),
                None => out.put(&other.name),
            },
            known => {
                known.encode_arguments(out.keyword(known.name().map_or("", SortKeyName::as_str)));
                out
            }
        };
    }
}

impl SortKeyName {
    /// What a server has to offer for the key, besides SORT.
    #[must_use]
    pub const fn need(self) -> Option<Need> {
        use Extension as E;
        Some(match self {
            Self::Arrival
            | Self::Cc
            | Self::Date
            | Self::From
            | Self::Size
            | Self::Subject
            | Self::To => return None,
            Self::DisplayFrom | Self::DisplayTo => Need::of(E::SortDisplay),
            Self::Relevancy => Need::of(E::SearchFuzzy),
            Self::Annotation => Need::of(E::AnnotateExperiment1),
            Self::Uid => Need::of(E::SortUid),
            Self::ModSeq => Need::of(E::SortModSeq),
        })
    }
}

impl Sort<'_> {
    /// What it needs and a session has not.
    pub(crate) fn lacks(&self, is_met: IsMet<'_>) -> Option<Need> {
        let options = self.options.as_ref();
        options
            .and_then(|options| SearchVerb::Sort.options_lack(options, is_met))
            .or_else(|| {
                let mut criteria = self.criteria.0.iter();
                criteria.find_map(|criterion| criterion.key.name()?.need()?.unmet(is_met))
            })
            .or_else(|| self.program.lacks(is_met))
    }
}

impl<'a> Wire<'a> for AnnotationSort<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, entry) = EntryName::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        let (rest, attribute) = cut(SortAttribute::parse_part(rest, cx))?;
        Ok((rest, Self { entry, attribute }))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.entry).sp().put(&self.attribute);
    }
}

impl<'a> Sort<'a> {
    /// A search and the order of its result.
    ///
    /// # Errors
    /// [`InvalidValue`] where the search names no charset: SORT has to.
    pub fn new(
        criteria: SortCriteria<'a>,
        program: SearchProgram<'a>,
    ) -> Result<Self, InvalidValue> {
        match program.charset {
            Some(_) => Ok(Self { options: None, criteria, program }),
            None => Err(InvalidValue { what: "charset", at: 0 }),
        }
    }

    /// The same search, with what is to be given back.
    #[must_use]
    pub fn with_options(self, options: ReturnOptions<'a>) -> Self {
        Self { options: Some(options), ..self }
    }

    /// What is to be given back; `None` for the answer SORT.
    #[must_use]
    pub const fn options(&self) -> Option<&ReturnOptions<'a>> {
        self.options.as_ref()
    }

    /// The order of the result.
    #[must_use]
    pub const fn criteria(&self) -> &SortCriteria<'a> {
        &self.criteria
    }

    /// What is looked for; it has a charset.
    #[must_use]
    pub const fn program(&self) -> &SearchProgram<'a> {
        &self.program
    }
}

impl SortCriteria<'_> {
    /// These criteria, in their order.
    ///
    /// # Errors
    /// [`InvalidValue`] where there is none.
    pub fn new<'c>(
        criteria: impl IntoIterator<Item = SortCriterion<'c>>,
    ) -> Result<SortCriteria<'static>, InvalidValue> {
        let list = ItemList::new(criteria);
        if list.is_empty() {
            return Err(InvalidValue { what: "sort-key", at: 0 });
        }
        Ok(SortCriteria(list))
    }

    /// The criteria in their order.
    pub fn iter(&self) -> impl Iterator<Item = SortCriterion<'_>> {
        self.0.iter()
    }
}

impl<'a> SortKey<'a> {
    /// This key, the lowest first.
    #[must_use]
    pub const fn ascending(self) -> SortCriterion<'a> {
        SortCriterion { reverse: false, key: self }
    }

    /// This key, the highest first.
    #[must_use]
    pub const fn descending(self) -> SortCriterion<'a> {
        SortCriterion { reverse: true, key: self }
    }
}

impl<'a> OtherSortKey<'a> {
    /// A key from its name and the values behind it.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is known here or would be read as a value; and for values of which one
    /// would be read as the next key.
    pub fn new(name: Atom<'a>, values: Option<RawData<'a>>) -> Result<Self, InvalidValue> {
        let word = name.as_bytes();
        let known = SortKeyName::from_keyword(word).is_some() || word.eq_ignore_ascii_case(REVERSE);
        if known || begins_value(word) {
            return Err(InvalidValue { what: "sort-key", at: 0 });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::search::{Charset, ReturnOption, SearchKey};
    use crate::rows::{check_lenient, check_needs, check_rejects, check_rows};

    fn other(name: &'static str, values: Option<&'static str>) -> SortKey<'static> {
        let values = values.map(|values| RawData::new(values).unwrap());
        SortKey::Other(OtherSortKey::new(Atom::new(name).unwrap(), values).unwrap())
    }

    #[test]
    fn rows() {
        for name in SortKeyName::ALL.iter().filter(|name| **name != SortKeyName::Annotation) {
            let wire = name.as_str().as_bytes();
            let key = SortKey::parse(wire).unwrap();
            assert_eq!((key.name(), key.to_bytes()), (Some(*name), wire.to_vec()));
        }
        let annotation = AnnotationSort {
            entry: EntryName::new("/altsubject").unwrap(),
            attribute: SortAttribute::Shared,
        };
        check_rows(&[
            (b"SUBJECT", SortKey::Subject.ascending()),
            (b"REVERSE DISPLAYTO", SortKey::DisplayTo.descending()),
            (
                b"ANNOTATION /altsubject value.shared",
                SortKey::Annotation(annotation.clone()).ascending(),
            ),
            (b"REVERSE X-KEY", other("X-KEY", None).descending()),
            (b"X-KEY \"a\" (b)", other("X-KEY", Some("\"a\" (b)")).ascending()),
        ]);
        check_rejects::<SortCriterion<'_>>(&[
            (b"", "sort-key", 0),
            (b"REVERSE", "sort-key", 0),
            (b"REVERSE REVERSE SUBJECT", "sort-key", 8),
            (b"5", "sort-key", 0),
            (b"ANNOTATION /a value", "att-sort", 14),
        ]);
        let criteria =
            |keys: &[SortCriterion<'static>]| SortCriteria::new(keys.iter().cloned()).unwrap();
        let program = || SearchProgram::new([SearchKey::All]).unwrap().with_charset(Charset::UTF_8);
        let sort = |keys: &[SortCriterion<'static>]| Sort::new(criteria(keys), program()).unwrap();
        check_rows(&[
            (b" (SUBJECT) UTF-8 ALL", sort(&[SortKey::Subject.ascending()])),
            (
                b" (SUBJECT REVERSE DATE) UTF-8 ALL",
                sort(&[SortKey::Subject.ascending(), SortKey::Date.descending()]),
            ),
            (
                b" RETURN (ALL) (DATE) UTF-8 ALL",
                sort(&[SortKey::Date.ascending()])
                    .with_options(ReturnOptions::new([ReturnOption::All])),
            ),
        ]);
        check_rejects::<Sort<'_>>(&[
            (b"", "SP", 0),
            (b" () UTF-8 ALL", "sort-key", 2),
            (b" (SUBJECT UTF-8 ALL", "list", 19),
            (b" (SUBJECT) UTF-8", "SP", 16),
            (b" (SUBJECT) ", "charset", 11),
            // An example of RFC 5267 that leaves the criteria out.
            (b" RETURN (UPDATE) FLAGGED", "list", 17),
        ]);
        check_lenient::<Sort<'_>>(&[
            (b" (DATE ) UTF-8 ALL", Deviation::TrailingSpace, b" (DATE) UTF-8 ALL"),
            (b" (DATE)  UTF-8 ALL", Deviation::ExtraSpaces, b" (DATE) UTF-8 ALL"),
        ]);
        let bare = SearchProgram::new([SearchKey::All]).unwrap();
        assert!(Sort::new(criteria(&[SortKey::To.ascending()]), bare).is_err());
        assert!(SortCriteria::new([]).is_err());
        for name in ["reverse", "uid", "5x"] {
            assert!(OtherSortKey::new(Atom::new(name).unwrap(), None).is_err());
        }
    }

    #[test]
    fn needs() {
        check_needs(&[
            ("SORT (ARRIVAL CC DATE FROM SIZE SUBJECT REVERSE TO X-NEW) UTF-8 ALL", &["SORT"]),
            ("SORT (DISPLAYFROM) UTF-8 ALL", &["SORT", "SORT=DISPLAY"]),
            ("UID SORT (REVERSE DISPLAYTO) UTF-8 ALL", &["SORT", "SORT=DISPLAY"]),
            ("SORT (RELEVANCY) UTF-8 FUZZY TEXT a", &["SORT", "SEARCH=FUZZY"]),
            ("SORT (ANNOTATION /a value.priv) UTF-8 ALL", &["SORT", "ANNOTATE-EXPERIMENT-1"]),
            ("SORT (UID) UTF-8 ALL", &["SORT", "SORT=UID"]),
            ("SORT (MODSEQ) UTF-8 ALL", &["SORT", "SORT=MODSEQ"]),
            ("SORT RETURN () (DATE) UTF-8 ALL", &["SORT", "ESORT"]),
            (
                "SORT RETURN (MIN MAX ALL COUNT) (DATE) UTF-8 ALL",
                &["SORT", "ESORT or CONTEXT=SORT or PARTIAL", "ESORT"],
            ),
            (
                "SORT RETURN (PARTIAL 1:5) (DATE) UTF-8 ALL",
                &["SORT", "ESORT or CONTEXT=SORT or PARTIAL", "PARTIAL or CONTEXT=SORT"],
            ),
            (
                "SORT RETURN (CONTEXT) (DATE) UTF-8 ALL",
                &["SORT", "ESORT or CONTEXT=SORT or PARTIAL", "CONTEXT=SORT"],
            ),
            (
                "SORT RETURN (UPDATE) (DATE) UTF-8 ALL",
                &["SORT", "ESORT or CONTEXT=SORT or PARTIAL", "CONTEXT=SORT"],
            ),
            (
                "SORT RETURN (SAVE) (DATE) UTF-8 ALL",
                &["SORT", "ESORT or CONTEXT=SORT or PARTIAL", "SEARCHRES"],
            ),
            (
                "SORT RETURN (RELEVANCY) (DATE) UTF-8 ALL",
                &["SORT", "ESORT or CONTEXT=SORT or PARTIAL", "SEARCH=FUZZY"],
            ),
            ("SORT (DATE) UTF-8 YOUNGER 5", &["SORT", "WITHIN"]),
        ]);
    }
}
