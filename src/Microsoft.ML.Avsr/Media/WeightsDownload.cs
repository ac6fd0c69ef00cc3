using System.Security.Cryptography;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Fetches weights and checks their SHA-256. Nothing in this package calls it by itself: what is not called never opens a connection.
/// </summary>
public static class WeightsDownload
{
    /// <summary>Puts weights into a folder. A file that is there and has the right hash is kept, without any connection.</summary>
    /// <param name="weights">Which weights.</param>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="handler">Sends the request, for proxies and tests; null for the ordinary one. Not used for file addresses.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The file's full path.</returns>
    /// <exception cref="MediaException">The file cannot be fetched, is too large, or has another hash; nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public static async Task<string> ToFolderAsync(DownloadableWeights weights, string folder, HttpMessageHandler? handler = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (weights.FileName.Length == 0 || Path.GetFileName(weights.FileName) != weights.FileName)
            throw new ArgumentException($"'{weights.FileName}' is not a file name without a folder.", nameof(weights));
        var path = Path.GetFullPath(Path.Combine(folder, weights.FileName));
        if (File.Exists(path) && await HashAsync(path, cancellationToken).ConfigureAwait(false) is var found)
        {
            return Matches(weights, found) ? path : throw new MediaException(
                $"'{path}' is there, but its SHA-256 is {found} instead of {weights.Sha256}. Delete or rename it, then fetch again.");
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var hash = await FetchAsync(weights, temporary, handler, cancellationToken).ConfigureAwait(false);
            if (!Matches(weights, hash))
                throw new MediaException($"What {weights.Address} sent has the SHA-256 {hash} instead of {weights.Sha256}. It was thrown away: fetch {weights.FileName} from its publisher in another way.");
            File.Move(temporary, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MediaException($"{weights.FileName} cannot be fetched from {weights.Address}: {e.Message}", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static bool Matches(DownloadableWeights weights, string hash) => hash.Equals(weights.Sha256, StringComparison.OrdinalIgnoreCase);

    private static async Task<string> FetchAsync(DownloadableWeights weights, string target, HttpMessageHandler? handler, CancellationToken cancellation)
    {
        if (weights.Address.IsFile)
        {
            await using var source = File.OpenRead(weights.Address.LocalPath);
            return await CopyAsync(source, target, weights, cancellation).ConfigureAwait(false);
        }
        if (weights.Address.Scheme != Uri.UriSchemeHttps)
            throw new ArgumentException($"Weights are fetched by https or from a file, not by {weights.Address.Scheme}.", nameof(weights));
        using var client = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        using var response = await client.GetAsync(weights.Address, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        return await CopyAsync(body, target, weights, cancellation).ConfigureAwait(false);
    }

    private static async Task<string> CopyAsync(Stream source, string target, DownloadableWeights weights, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = new byte[1 << 16];
        long total = 0;
        int read;
        while ((read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            total += read;
            if (total > weights.MaxBytes)
                throw new MediaException($"{weights.Address} sends more than {weights.MaxBytes} bytes; {weights.FileName} is smaller.");
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }
        file.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false));
    }
}
