//! Searches: SEARCH, its results, and searches in several mailboxes.
//!
//! | to know | open |
//! |---|---|
//! | what is looked for | [`SearchKey`], [`SearchKeys`] |
//! | what a search is to give back | [`ReturnOption`] |
//! | the numbers of SEARCH and SORT | [`SearchData`] |
//! | the answer ESEARCH | [`EsearchData`], [`ReturnData`] |
//! | the command ESEARCH | [`Esearch`] |
//! | searches that are kept up to date | [`CancelUpdate`] |
//! | what a server has to offer for it | [`SearchKeyName::need`], [`ReturnOptionName::need`] |
//! | charsets | [`Charset`], [`Charsets`] |

mod argument;
mod charset;
mod command;
mod context;
mod damage;
mod esearch;
mod key;
mod multi;
mod needs;
mod options;
mod result;
mod tree;

use mailwire_core::InvalidValue;
use mailwire_core::parse::{Context, PResult, Wire, cut, stop};

use crate::element::raw::{RawData, skip_value};

pub use argument::{
    AnnotationKey, AnnotationScope, EntryType, FilterName, GmailId, HeaderKey, InThreadKey,
    MimePartKey, ModSeqEntry, ModSeqKey,
};
pub use charset::{Charset, Charsets};
pub use command::{Search, SearchProgram};
pub use context::{CancelUpdate, TagString};
pub use esearch::{
    ContextUpdate, ContextUpdates, Correlator, EsearchData, MailboxCorrelator, ModSeqData,
    OtherData, PartialData, ReturnData, ReturnDataName, Score, Scores,
};
pub use key::{OtherKey, SearchKey, SearchKeyName};
pub use multi::{Esearch, ScopeOptions, SearchSource};
pub use needs::SearchVerb;
pub use options::{OtherOption, ReturnOption, ReturnOptionName, ReturnOptions, UpdateItems};
pub(crate) use options::{return_options, write_return_options};
pub use result::SearchData;
pub use tree::{Either, Nested, SearchKeys};

/// True when octets are read as a value behind a name that is not known, and not as the next name.
pub(crate) const fn begins_value(octets: &[u8]) -> bool {
    matches!(octets, [b'(' | b'"' | b'{' | b'~' | b'0'..=b'9' | b'*' | b'$', ..])
}

/// `*(SP value)`: the values behind a name that is not known. They end before the next name.
pub(crate) fn values_behind<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<RawData<'a>>> {
    let mut rest = input;
    while let [b' ', behind @ ..] = rest {
        if !begins_value(behind) {
            let blanks = behind.iter().take_while(|octet| **octet == b' ').count();
            // A value behind blanks too many would be read as the next key, and written as a value.
            if blanks > 0 && begins_value(behind.split_at(blanks).1) {
                return Err(stop(behind, "tagged-ext-val"));
            }
            break;
        }
        (rest, ()) = cut(skip_value(behind, cx))?;
    }
    let values = match input.split_at(input.len() - rest.len()).0 {
        [b' ', values @ ..] => Some(cut(RawData::parse_part(values, cx))?.1),
        _ => None,
    };
    Ok((rest, values))
}

/// Checks that values are read as such behind a name.
pub(crate) fn check_values(values: Option<&RawData<'_>>) -> Result<(), InvalidValue> {
    let wrong = values.and_then(|values| values.values().position(|value| !begins_value(value)));
    wrong.map_or(Ok(()), |at| Err(InvalidValue { what: "tagged-ext-val", at }))
}
