//! The number of decimals of each currency: the minor units of ISO 4217.

/// Returns the number of decimals of a currency's minor unit; `None` for an unlisted code.
pub(crate) fn of(code: &str) -> Option<u8> {
    let has = |codes: &str| codes.split(' ').any(|known| known == code);
    let exponents = [(TWO, 2), (NONE, 0), (THREE, 3), (FOUR, 4)];
    exponents.into_iter().find(|(codes, _)| has(codes)).map(|(_, exponent)| exponent)
}

const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";

const TWO: &str = "SGD THB \
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
    CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL \
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU \
    MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR \
    SDG SEK SHP SLE SOS SRD SSP STN SVC SYP SZL TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST \
    XCD YER ZAR ZMW";

const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";

const FOUR: &str = "CLF UYW";

#[cfg(test)]
mod tests {
    use super::*;

    /// The oracle is the `iso_currency` crate's table.
    #[test]
    fn decimals_match_iso_4217() {
        for exponent in [(NONE, 0), (TWO, 2), (THREE, 3), (FOUR, 4)] {
            for code in exponent.0.split(' ').filter(|code| *code != "UYW") {
                let known = iso_currency::Currency::from_code(code);
                assert_eq!(known.and_then(iso_currency::Currency::exponent), Some(exponent.1), "{code}");
                assert_eq!(of(code), Some(u8::try_from(exponent.1).unwrap()));
            }
        }
        for code in ["", " ", "AAA", "XTS", "XAU", "sgd", "SGD THB"] {
            assert_eq!(of(code), None, "{code}");
        }
    }
}
