//! What the rows look at in a value.

use mailwire_imap::code::Code;
use mailwire_imap::element::body_structure::{BodyStructure, Part, SinglePart};
use mailwire_imap::element::envelope::Envelope;
use mailwire_imap::element::section::Section;
use mailwire_imap::family::capability::Capability;
use mailwire_imap::family::fetch::{FetchData, FetchItem};
use mailwire_imap::family::search::EsearchData;
use mailwire_imap::{Data, Response, StatusKind};

pub(super) fn status<'r>(
    response: &'r Response<'_>,
) -> (StatusKind, Option<&'r Code<'r>>, &'r [u8]) {
    match response {
        Response::Data(Data::Condition(status)) => {
            (status.kind(), status.code(), status.text().as_bytes())
        }
        Response::Tagged(tagged) => {
            (tagged.status.kind(), tagged.status.code(), tagged.status.text().as_bytes())
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn code<'r>(response: &'r Response<'_>) -> &'r Code<'r> {
    status(response).1.unwrap()
}

pub(super) fn text(response: &Response<'_>, text: &[u8]) -> bool {
    status(response).2 == text
}

pub(super) fn fetch<'r>(response: &'r Response<'_>) -> &'r FetchData<'r> {
    match response {
        Response::Data(Data::Fetch(fetch)) => fetch,
        other => panic!("{other:?}"),
    }
}

/// How many items are invalid, and how many are not.
pub(super) fn items(response: &Response<'_>) -> (usize, usize) {
    let fetch = fetch(response);
    let invalid = fetch.items().filter(|item| matches!(item, FetchItem::Invalid(_))).count();
    (invalid, fetch.items().count() - invalid)
}

pub(super) fn envelope<'r>(response: &'r Response<'_>) -> &'r Envelope<'r> {
    fetch(response).envelope().unwrap()
}

/// The From of an envelope: name and host of each.
pub(super) fn from(response: &Response<'_>) -> Vec<(Option<String>, Option<String>)> {
    let shown = |text: Option<mailwire_imap::element::string::IString<'_>>| {
        text.map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
    };
    envelope(response)
        .from
        .iter()
        .map(|address| (shown(address.name), shown(address.host)))
        .collect()
}

pub(super) fn body<'r>(response: &'r Response<'_>) -> &'r BodyStructure<'r> {
    fetch(response)
        .items()
        .find_map(|item| match item {
            FetchItem::Body(body) | FetchItem::BodyStructure(body) => Some(body),
            _ => None,
        })
        .unwrap()
}

pub(super) fn is_body(response: &Response<'_>, tree: &str) -> bool {
    body(response).to_string() == tree
}

pub(super) fn single<'r>(response: &'r Response<'_>) -> SinglePart<'r> {
    match body(response).part() {
        Part::Single(part) => part,
        Part::Multi(part) => panic!("{part:?}"),
    }
}

pub(super) fn disposition(response: &Response<'_>) -> Option<(String, usize)> {
    let disposition = single(response).extension?.disposition?;
    let kind = String::from_utf8_lossy(disposition.kind.as_bytes()).into_owned();
    Some((kind, disposition.parameters.len()))
}

pub(super) fn section(response: &Response<'_>, name: &[u8], octets: &[u8]) -> bool {
    let name = Section::parse(name).unwrap();
    fetch(response).section(&name).unwrap().as_bytes() == Some(octets)
}

pub(super) fn flags(response: &Response<'_>) -> Vec<Vec<u8>> {
    let flags = match response {
        Response::Data(Data::Flags(flags)) => flags,
        Response::Data(Data::Fetch(fetch)) => fetch.flags().unwrap(),
        other => match code(other) {
            Code::PermanentFlags(flags) => flags.flags(),
            other => panic!("{other:?}"),
        },
    };
    flags.iter().map(|flag| flag.to_bytes()).collect()
}

pub(super) fn listed<'r>(response: &'r Response<'_>) -> (usize, &'r [u8]) {
    match response {
        Response::Data(Data::List(data) | Data::Lsub(data) | Data::Xlist(data)) => {
            (data.attributes.len(), data.mailbox.as_bytes())
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn capabilities(response: &Response<'_>) -> Vec<String> {
    match response {
        Response::Data(Data::Capability(list)) => {
            list.iter().map(|one: Capability<'_>| one.as_str().to_owned()).collect()
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn found(response: &Response<'_>) -> Vec<u32> {
    match response {
        Response::Data(Data::Search(data) | Data::Sort(data)) => {
            data.numbers().iter().map(std::num::NonZeroU32::get).collect()
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn esearch<'r>(response: &'r Response<'_>) -> &'r EsearchData<'r> {
    match response {
        Response::Data(Data::Esearch(data)) => data,
        other => panic!("{other:?}"),
    }
}

pub(super) fn facts(response: &Response<'_>) -> (Vec<u8>, usize) {
    match response {
        Response::Data(Data::Status(data)) => {
            (data.mailbox.as_bytes().to_vec(), data.items.iter().count())
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn anything(_: &Response<'_>) -> bool {
    true
}

pub(super) fn is_other(response: &Response<'_>) -> bool {
    matches!(response, Response::Data(Data::Other(_)))
}

pub(super) const CLIENT: &str = "tests/client_quirks.rs";
