//! One file for each command family: the arguments of its commands, and the responses that they cause.

pub mod acl;
pub mod annotatemore;
pub mod append;
pub mod auth;
pub mod capability;
pub mod compress;
pub mod convert;
pub mod copy;
pub mod enable;
pub mod expunge;
pub mod fetch;
pub mod id;
pub mod idle;
pub mod jmap;
pub mod language;
pub mod list;
pub mod mailbox;
pub mod metadata;
pub mod namespace;
pub mod notify;
pub mod push;
pub mod quota;
pub mod search;
pub mod select;
pub mod session;
pub mod sort;
pub mod starttls;
pub mod status;
pub mod store;
pub mod thread;
pub mod uid_batches;
pub mod urlauth;

/// Arguments whose grammar is not there yet.
macro_rules! pending {
    (tail $($name:ident)+) => { $(
        /// Not parsed yet.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name<'a>(pub Option<crate::element::raw::RawData<'a>>);
        mailwire_core::into_owned!(@impl $name, self => { $name(self.0.map(crate::element::raw::RawData::into_owned)) });
        impl<'a> mailwire_core::parse::Wire<'a> for $name<'a> {
            fn parse_part(input: &'a [u8], cx: &mailwire_core::parse::Context) -> mailwire_core::parse::PResult<'a, Self> {
                match input {
                    [b' ', rest @ ..] => {
                        let (rest, raw) = crate::element::raw::RawData::parse_part(rest, cx)?;
                        Ok((rest, Self(Some(raw))))
                    }
                    _ => Ok((input, Self(None))),
                }
            }
            fn encode(&self, out: &mut mailwire_core::Encoder<'_>) {
                if let Some(raw) = &self.0 { out.sp().put(raw); }
            }
        }
    )+ };
    (copy $name:ident) => {
        /// Not parsed yet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        mailwire_core::owned_already!($name);
        impl<'a> mailwire_core::parse::Wire<'a> for $name {
            fn parse_part(input: &'a [u8], cx: &mailwire_core::parse::Context) -> mailwire_core::parse::PResult<'a, Self> {
                crate::element::raw::RawData::parse_part(input, cx).map(|(rest, _)| (rest, Self))
            }
            fn encode(&self, _: &mut mailwire_core::Encoder<'_>) {}
        }
    };
    ($($name:ident)+) => { $(
        /// Not parsed yet.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name<'a>(pub crate::element::raw::RawData<'a>);
        mailwire_core::into_owned!(@impl $name, self => { $name(self.0.into_owned()) });
        impl<'a> mailwire_core::parse::Wire<'a> for $name<'a> {
            fn parse_part(input: &'a [u8], cx: &mailwire_core::parse::Context) -> mailwire_core::parse::PResult<'a, Self> {
                crate::element::raw::RawData::parse_part(input, cx).map(|(rest, raw)| (rest, Self(raw)))
            }
            fn encode(&self, out: &mut mailwire_core::Encoder<'_>) { out.put(&self.0); }
        }
    )+ };
}
pub(crate) use pending;
