//! One list for each open set of keywords with arguments: commands, responses, codes, items.

/// Declares an enum of keywords with what follows each, from one list.
///
/// `Variant` has nothing behind its keyword, `Variant(T)` a space and a `T`, and `Variant[T]` a `T` that
/// reads its own space, because it can be empty. The list makes the enum, the enum of its keywords,
/// `into_owned`, and the parser and printer of what follows a keyword. What is in `others` has no
/// keyword of its own; the file that declares the enum parses and prints it.
macro_rules! dispatch {
    (@ignore $ignored:ty => $($tokens:tt)*) => { $($tokens)* };
    (
        $(#[$meta:meta])*
        pub enum $type:ident<$a:lifetime> {
            $( $(#[$variant_meta:meta])*
               $variant:ident $( ($payload:ty) )? $( [$tail:ty] )? = $text:literal, )+
        }
        others {
            $( $(#[$other_meta:meta])* $other:ident($other_payload:ty), )+
        }
        $(#[$name_meta:meta])*
        pub enum $name:ident: $rule:literal in $set:path;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $type<$a> {
            $( $(#[$variant_meta])* $variant $( ($payload) )? $( ($tail) )?, )+
            $( $(#[$other_meta])* $other($other_payload), )+
        }

        mailwire_core::wire_enum! {
            $(#[$name_meta])*
            #[non_exhaustive]
            pub enum $name: $rule in $set {
                $( #[doc = $text] $variant = $text, )+
            }
        }

        mailwire_core::into_owned!(@impl $type, self => {
            match self {
                $(
                    Self::$variant
                        $( (dispatch!(@ignore $payload => value)) )?
                        $( (dispatch!(@ignore $tail => value)) )? =>
                    $type::$variant
                        $( (dispatch!(@ignore $payload =>
                            mailwire_core::IntoOwned::into_owned(value))) )?
                        $( (dispatch!(@ignore $tail =>
                            mailwire_core::IntoOwned::into_owned(value))) )?,
                )+
                $( Self::$other(value) => $type::$other(mailwire_core::IntoOwned::into_owned(value)), )+
            }
        });

        impl<$a> $type<$a> {
            /// Parses what follows a keyword.
            // A list of keywords without values needs no context.
            #[allow(unused_variables)]
            #[inline]
            pub(crate) fn parse_arguments(
                name: $name,
                input: &$a [u8],
                cx: &mailwire_core::parse::Context,
            ) -> mailwire_core::parse::PResult<$a, Self> {
                match name {
                    $(
                        $name::$variant => {
                            let rest = input;
                            $(
                                let (rest, ()) = mailwire_core::parse::cut($crate::token::sp(rest, cx))?;
                                let (rest, value) =
                                    match <$payload as mailwire_core::parse::Wire>::parse_part(rest, cx) {
                                        Ok(parsed) => parsed,
                                        Err(error) => return Err(mailwire_core::parse::commit(error)),
                                    };
                            )?
                            $(
                                let (rest, value) =
                                    match <$tail as mailwire_core::parse::Wire>::parse_part(rest, cx) {
                                        Ok(parsed) => parsed,
                                        Err(error) => return Err(mailwire_core::parse::commit(error)),
                                    };
                            )?
                            Ok((rest, Self::$variant
                                $( (dispatch!(@ignore $payload => value)) )?
                                $( (dispatch!(@ignore $tail => value)) )?))
                        }
                    )+
                }
            }

            /// Writes what follows the keyword; nothing for those of others.
            #[allow(unused_variables, dead_code)]
            pub(crate) fn encode_arguments(&self, out: &mut mailwire_core::Encoder<'_>) {
                match self {
                    $(
                        Self::$variant
                            $( (dispatch!(@ignore $payload => value)) )?
                            $( (dispatch!(@ignore $tail => value)) )? => {
                            $( dispatch!(@ignore $payload => { out.sp().put(value); }); )?
                            $( dispatch!(@ignore $tail => { out.put(value); }); )?
                        }
                    )+
                    $( Self::$other(_) => {} )+
                }
            }

            /// The keyword, or `None` for those that have none here.
            #[must_use]
            pub const fn name(&self) -> Option<$name> {
                match self {
                    $( Self::$variant { .. } => Some($name::$variant), )+
                    $( Self::$other(_) => None, )+
                }
            }
        }
    };
}

pub(crate) use dispatch;
