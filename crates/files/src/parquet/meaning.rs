use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::schema::types::ColumnDescriptor;

/// What the values of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Themselves.
    Plain,
    Unsigned,
    Text,
    /// Days since 1970.
    Date,
    /// Units of which there are so many in a second, since midnight.
    Time(u32),
    /// The same since 1970, in universal time or in that of a place.
    Timestamp {
        per_second: u32,
        universal: bool,
    },
    /// Whole numbers of which there are ten to the power of this in one.
    Decimal(u32),
    Half,
    Uuid,
}

impl Meaning {
    /// Or what it holds, if it can hold no cell.
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, String> {
        let refuse = |what: &str| Err(what.to_owned());
        if column.max_rep_level() > 0 {
            return refuse("lists");
        }
        if column.path().parts().len() > 1 {
            return refuse("several fields");
        }
        let logical = column.logical_type_ref();
        let meaning = match (logical, column.converted_type()) {
            (Some(logical), _) => of_logical(logical),
            (None, ConvertedType::NONE) => Some(match column.physical_type() {
                Type::BYTE_ARRAY => Self::Text,
                Type::INT96 => Self::Timestamp { per_second: NANO, universal: false },
                _ => Self::Plain,
            }),
            (None, converted) => of_converted(converted, column.type_scale()),
        };
        let meaning = match (meaning, column.physical_type()) {
            (Some(Self::Plain), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) | (None, _) => None,
            (Some(Self::Decimal(_)), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY)
                if column.type_length() > 16 =>
            {
                None
            }
            (meaning, _) => meaning,
        };
        meaning.map_or_else(|| refuse(&name(column)), Ok)
    }
}

const MILLI: u32 = 1_000;
const MICRO: u32 = 1_000_000;
const NANO: u32 = 1_000_000_000;

fn per_second(unit: TimeUnit) -> u32 {
    match unit {
        TimeUnit::MILLIS => MILLI,
        TimeUnit::MICROS => MICRO,
        TimeUnit::NANOS => NANO,
    }
}

fn of_logical(logical: &LogicalType) -> Option<Meaning> {
    Some(match logical {
        LogicalType::String | LogicalType::Enum | LogicalType::Json => Meaning::Text,
        LogicalType::Integer(of) if of.is_signed => Meaning::Plain,
        LogicalType::Integer(_) => Meaning::Unsigned,
        // Of nulls only.
        LogicalType::Unknown => Meaning::Plain,
        LogicalType::Decimal(of) => Meaning::Decimal(u32::try_from(of.scale).ok()?),
        LogicalType::Date => Meaning::Date,
        LogicalType::Time(of) => Meaning::Time(per_second(of.unit)),
        LogicalType::Timestamp(of) => Meaning::Timestamp {
            per_second: per_second(of.unit),
            universal: of.is_adjusted_to_u_t_c,
        },
        LogicalType::Float16 => Meaning::Half,
        LogicalType::Uuid => Meaning::Uuid,
        _ => return None,
    })
}

/// What files had before logical types.
fn of_converted(converted: ConvertedType, scale: i32) -> Option<Meaning> {
    Some(match converted {
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Meaning::Text,
        ConvertedType::INT_8
        | ConvertedType::INT_16
        | ConvertedType::INT_32
        | ConvertedType::INT_64 => Meaning::Plain,
        ConvertedType::UINT_8
        | ConvertedType::UINT_16
        | ConvertedType::UINT_32
        | ConvertedType::UINT_64 => Meaning::Unsigned,
        ConvertedType::DECIMAL => Meaning::Decimal(u32::try_from(scale).ok()?),
        ConvertedType::DATE => Meaning::Date,
        ConvertedType::TIME_MILLIS => Meaning::Time(MILLI),
        ConvertedType::TIME_MICROS => Meaning::Time(MICRO),
        ConvertedType::TIMESTAMP_MILLIS => {
            Meaning::Timestamp { per_second: MILLI, universal: true }
        }
        ConvertedType::TIMESTAMP_MICROS => {
            Meaning::Timestamp { per_second: MICRO, universal: true }
        }
        _ => return None,
    })
}

fn name(column: &ColumnDescriptor) -> String {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(logical), _) => format!("{logical:?}").chars().take(40).collect(),
        (None, ConvertedType::NONE) => format!("{} bytes each", column.type_length()),
        (None, converted) => converted.to_string(),
    }
}
