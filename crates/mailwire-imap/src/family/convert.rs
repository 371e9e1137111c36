//! To be written.

use super::pending;

pending! {
    Conversions
    Convert
    Converted
    Conversion
}
