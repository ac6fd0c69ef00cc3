using System.Globalization;
using System.Numerics;
using System.Text;

namespace Microsoft.ML.Avsr.Text;

internal static partial class EnglishNumbers
{
    /// <summary>
    /// Reads words from left to right and holds the number that is being built: as a value while it can still grow by arithmetic
    /// ("two hundred" + "five"), as digits once it is being spelled ("one oh one", "3.").
    /// </summary>
    private sealed class Reader(string[] words)
    {
        private readonly List<string> _output = [];
        private BigInteger? _value;
        private string? _digits;
        private string? _prefix;

        private bool Empty => _value is null && _digits is null;

        // The number as text; zero counts as nothing, as in the reference.
        private string Pending => _digits ?? (_value is { IsZero: false } value ? Text(value) : "");

        public List<string> Read()
        {
            for (var i = 0; i < words.Length; i++)
            {
                var (previous, word, next) = (i > 0 ? words[i - 1] : null, words[i], i + 1 < words.Length ? words[i + 1] : null);
                var signed = word[0] is '-' or '+' or '£' or '€' or '$' or '¢';
                var unsigned = signed ? word[1..] : word;
                if (IsNumeric(unsigned))
                    ReadDigits(word, unsigned, signed);
                else if (!s_words.Contains(word))
                    EmitBefore(word);
                else if (s_zeros.Contains(word))
                    Spell(Pending + "0");
                else if (s_ones.TryGetValue(word, out var ones))
                    Hold(AddOnes(ones, previous));
                else if (s_onesSuffixed.TryGetValue(word, out var ordinal))
                    Emit(AddOnes(ordinal.Value, previous).Text + ordinal.Suffix);
                else if (s_tens.TryGetValue(word, out var tens))
                    Hold(AddTens(tens));
                else if (s_tensSuffixed.TryGetValue(word, out var suffixed))
                    Emit(AddTens(suffixed.Value).Text + suffixed.Suffix);
                else if (s_multipliers.TryGetValue(word, out var multiplier))
                    Multiply(multiplier);
                else if (s_multipliersSuffixed.TryGetValue(word, out var last))
                    MultiplyAndEmit(last.Value, last.Suffix);
                else if (ReadSymbol(previous, word, next))
                    i++;
            }
            EmitPending();
            return _output;
        }

        private void ReadDigits(string word, string unsigned, bool signed)
        {
            if (_digits is not null && _digits.EndsWith('.'))
            {
                // Decimals, or the parts of a dotted number.
                _digits += word;
                return;
            }
            EmitPending();
            if (signed)
                _prefix = word[..1];
            var fraction = Fraction(unsigned)!.Value;
            if (fraction.Denominator.IsOne)
                (_value, _digits) = (fraction.Numerator, null);
            else
                Spell(unsigned);
        }

        /// <summary>Signs, currencies, per cents and the linking words.</summary>
        /// <returns>True when the next word has been used too.</returns>
        private bool ReadSymbol(string? previous, string word, string? next)
        {
            var numberFollows = next is not null && (s_words.Contains(next) || IsNumeric(next));
            if (s_signs.TryGetValue(word, out var sign))
            {
                EmitPending();
                if (numberFollows)
                    _prefix = sign;
                else
                    Emit(word);
            }
            else if (s_currencies.TryGetValue(word, out var currency))
            {
                if (Empty)
                {
                    Emit(word);
                    return false;
                }
                _prefix = currency;
                EmitPending();
            }
            else if (word is "per" or "percent")
            {
                if (!Empty && (word == "percent" || next == "cent"))
                {
                    Emit(Current() + "%");
                    return word == "per";
                }
                EmitBefore(word);
            }
            else if (!numberFollows || (word == "and" && !(previous is not null && s_multipliers.ContainsKey(previous))))
            {
                EmitBefore(word);
            }
            else if (word is "double" or "triple")
            {
                if (!s_ones.TryGetValue(next!, out var digit) && !s_zeros.Contains(next!))
                {
                    EmitBefore(word);
                    return false;
                }
                Spell(Pending + string.Concat(Enumerable.Repeat(digit.ToString(CultureInfo.InvariantCulture), word == "double" ? 2 : 3)));
                return true;
            }
            else if (word == "point" && (IsDecimal(next!) || IsNumeric(next)))
            {
                Spell(Pending + ".");
            }
            return false;
        }

        private (BigInteger? Value, string Text) AddOnes(int ones, string? previous)
        {
            if (_digits is not null)
            {
                // "twenty twenty one": the zero of the last "twenty" gives way.
                var tens = previous is not null && s_tens.ContainsKey(previous) && ones < 10;
                return (null, (tens ? _digits[..^1] : _digits) + Text(ones));
            }
            if (_value is not { } value)
                return (ones, Text(ones));
            var room = previous is null || !s_ones.ContainsKey(previous);
            return room && value % (ones < 10 ? 10 : 100) == 0 ? (value + ones, Text(value + ones)) : (null, Text(value) + Text(ones));
        }

        private (BigInteger? Value, string Text) AddTens(int tens)
        {
            if (_digits is not null)
                return (null, _digits + Text(tens));
            if (_value is not { } value)
                return (tens, Text(tens));
            return value % 100 == 0 ? (value + tens, Text(value + tens)) : (null, Text(value) + Text(tens));
        }

        private void Multiply(BigInteger multiplier)
        {
            if (Empty)
            {
                _value = multiplier;
            }
            else if (_value is { IsZero: false } value)
            {
                _value = Grow(value, multiplier);
            }
            else if (Product(multiplier) is { } product)
            {
                (_value, _digits) = (product, null);
            }
            else
            {
                EmitPending();
                _value = multiplier;
            }
        }

        private void MultiplyAndEmit(BigInteger multiplier, string suffix)
        {
            if (_digits is not null && Product(multiplier) is null)
                EmitPending();
            var result = Empty ? multiplier : _digits is not null ? Product(multiplier)!.Value : Grow(_value!.Value, multiplier);
            Emit(Text(result) + suffix);
        }

        // Only what is below a thousand is multiplied: "two thousand three hundred".
        private static BigInteger Grow(BigInteger value, BigInteger multiplier) => value - (value % 1000) + (value % 1000 * multiplier);

        private BigInteger? Product(BigInteger multiplier)
        {
            if (Fraction(Current()) is not { } fraction)
                return null;
            var product = fraction.Numerator * multiplier;
            return product % fraction.Denominator == 0 ? product / fraction.Denominator : null;
        }

        private string Current() => _digits ?? Text(_value!.Value);

        private void Hold((BigInteger? Value, string Text) number) => (_value, _digits) = (number.Value, number.Value is null ? number.Text : null);

        private void Spell(string digits) => (_value, _digits) = (null, digits);

        private void EmitBefore(string word)
        {
            EmitPending();
            Emit(word);
        }

        private void EmitPending()
        {
            if (!Empty)
                Emit(Current());
        }

        private void Emit(string text)
        {
            _output.Add(_prefix + text);
            (_value, _digits, _prefix) = (null, null, null);
        }

        private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

        // "12", "3.5", "3." and ".5" as a reduced fraction; null for anything else.
        private static (BigInteger Numerator, BigInteger Denominator)? Fraction(string text)
        {
            var digits = new StringBuilder();
            var decimals = -1;
            foreach (var character in text)
            {
                if (char.IsDigit(character))
                {
                    digits.Append((char)('0' + (int)char.GetNumericValue(character)));
                    decimals += decimals >= 0 ? 1 : 0;
                }
                else if (character != '.' || decimals >= 0)
                {
                    return null;
                }
                else
                {
                    decimals = 0;
                }
            }
            if (digits.Length == 0)
                return null;
            var numerator = BigInteger.Parse(digits.ToString(), NumberStyles.None, CultureInfo.InvariantCulture);
            var denominator = BigInteger.Pow(10, Math.Max(decimals, 0));
            var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
            return (numerator / divisor, denominator / divisor);
        }
    }
}
