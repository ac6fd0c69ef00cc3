using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Media;

/// <summary>Reads landmarks that were computed elsewhere.</summary>
/// <remarks>
/// <c>.npy</c>: a little-endian float32 or float64 array [frames, points, 2] (NaN = not detected); pickled object arrays are refused,
/// because reading them would run code. <c>.csv</c>: one line per frame, x and y of every point after each other, an empty line where
/// nothing was detected; a first line that is not numbers is a heading.
/// </remarks>
public static partial class LandmarkFile
{
    private const long MaxBytes = 1L << 30;

    /// <summary>Reads a file; its ending says which format it is.</summary>
    /// <param name="path">A .npy or .csv file with 4, 5 or 68 points per frame.</param>
    /// <exception cref="MediaException">The file cannot be read or breaks the format; the message names it and the rule.</exception>
    public static FaceLandmarks Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new InvalidDataException($"it is larger than {MaxBytes} bytes");
            return Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".npy" => ReadNpy(File.ReadAllBytes(path)),
                ".csv" => ReadCsv(File.ReadLines(path)),
                var ending => throw new InvalidDataException($"its ending '{ending}' is not .npy or .csv"),
            };
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new MediaException($"Landmarks '{path}' cannot be read: {e.Message}", e);
        }
    }

    internal static FaceLandmarks ReadNpy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || bytes[0] != 0x93 || !bytes[1..6].SequenceEqual("NUMPY"u8))
            throw new InvalidDataException("it is not a .npy file");
        var wide = bytes[6] >= 2; // format 2 and 3 have a 32 bit header length
        var start = wide ? 12 : 10;
        long length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (length > 65536 || start + length > bytes.Length)
            throw new InvalidDataException("its header is longer than the file or 65536 bytes");
        var header = Encoding.ASCII.GetString(bytes.Slice(start, (int)length));
        var type = TypePattern().Match(header).Groups[1].Value;
        if (type is not ("<f4" or "<f8"))
            throw new InvalidDataException($"its element type is '{type}'; '<f4' and '<f8' are read");
        if (!header.Contains("'fortran_order': False", StringComparison.Ordinal))
            throw new InvalidDataException("it is not in C order");
        var shape = ShapePattern().Match(header);
        if (!shape.Success || !int.TryParse(shape.Groups[1].ValueSpan, out var frames) || !int.TryParse(shape.Groups[2].ValueSpan, out var points))
            throw new InvalidDataException("its shape is not [frames, points, 2]");
        var size = type == "<f4" ? 4 : 8;
        var data = bytes[(start + (int)length)..];
        if ((Int128)frames * points * 2 * size != data.Length)
            throw new InvalidDataException($"[{frames}, {points}, 2] elements of {size} bytes are not its {data.Length} bytes");
        var values = new double[frames * points * 2]; // [frames, points, 2]
        for (var i = 0; i < values.Length; i++)
            values[i] = size == 4 ? BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]) : BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]);
        return Mark(values, points);
    }

    internal static FaceLandmarks ReadCsv(IEnumerable<string> lines)
    {
        var rows = new List<double[]?>();
        var number = 0;
        var width = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                rows.Add(null);
                continue;
            }
            var cells = line.Split(',', StringSplitOptions.TrimEntries);
            var row = new double[cells.Length];
            var good = true;
            for (var i = 0; i < cells.Length && good; i++)
                good = double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out row[i]);
            if (!good && number == 1)
                continue; // the heading
            if (!good)
                throw new InvalidDataException($"line {number} holds something that is not a number");
            if (width == 0)
                width = row.Length;
            if (row.Length != width || width % 2 != 0)
                throw new InvalidDataException($"line {number} has {row.Length} numbers instead of {width}, or they are not pairs");
            rows.Add(row);
        }
        if (width == 0)
            throw new InvalidDataException("it has no points");
        return Mark([.. rows.SelectMany(r => r ?? Enumerable.Repeat(double.NaN, width))], width / 2);
    }

    // A frame with a coordinate that is not finite counts as not detected.
    private static FaceLandmarks Mark(double[] values, int points)
    {
        if (points is not (4 or 5 or 68))
            throw new InvalidDataException($"it has {points} points per frame; 4, 5 or 68 are known");
        var detected = values.Chunk(points * 2).Select(frame => Array.TrueForAll(frame, double.IsFinite)).ToArray();
        return new FaceLandmarks(values, points, detected);
    }

    [GeneratedRegex(@"'descr': '([^']{1,16})'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"'shape': \((\d{1,9}), (\d{1,9}), 2\)")]
    private static partial Regex ShapePattern();
}
