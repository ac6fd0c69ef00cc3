using System.Net;
using System.Security.Cryptography;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Nothing here opens a connection: answers come from a handler or from files.</summary>
[TestClass]
public sealed class WeightsDownloadTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31))];
    private static readonly DownloadableWeights s_weights = new("weights.bin", new Uri("https://weights.example/weights.bin"), Convert.ToHexString(SHA256.HashData(s_content)), 200_000, "none");

    [TestMethod]
    public async Task WhatIsFetchedIsCheckedAndFetchedOnce()
    {
        using var samples = new MediaSamples();
        var folder = samples.PathOf("new folder");
        using var server = new Server(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(s_content) });
        var path = await WeightsDownload.ToFolderAsync(s_weights, folder, server);
        Assert.AreEqual(Path.Combine(folder, "weights.bin"), path);
        CollectionAssert.AreEqual(s_content, File.ReadAllBytes(path));
        Assert.AreEqual(path, await WeightsDownload.ToFolderAsync(s_weights, folder, server));
        Assert.AreEqual(1, server.Requests);
        Assert.HasCount(1, Directory.GetFiles(folder));
    }

    [TestMethod]
    public async Task WrongContentIsThrownAway()
    {
        using var samples = new MediaSamples();
        var folder = samples.PathOf("folder");
        using var server = new Server(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(s_content[1..]) });
        var error = await Assert.ThrowsExactlyAsync<MediaException>(() => WeightsDownload.ToFolderAsync(s_weights, folder, server));
        StringAssert.Contains(error.Message, s_weights.Sha256);
        Assert.IsEmpty(Directory.GetFiles(folder));
        error = await Assert.ThrowsExactlyAsync<MediaException>(() => WeightsDownload.ToFolderAsync(s_weights with { MaxBytes = 5000 }, folder, server));
        StringAssert.Contains(error.Message, "5000 bytes");
        Assert.IsEmpty(Directory.GetFiles(folder));

        File.WriteAllText(Path.Combine(folder, "weights.bin"), "something else");
        error = await Assert.ThrowsExactlyAsync<MediaException>(() => WeightsDownload.ToFolderAsync(s_weights, folder, server));
        StringAssert.Contains(error.Message, "Delete or rename");
        Assert.AreEqual("something else", File.ReadAllText(Path.Combine(folder, "weights.bin")), "a file of the user's is never replaced");
    }

    [TestMethod]
    public async Task FailuresNameTheAddress()
    {
        using var samples = new MediaSamples();
        using var missing = new Server(() => new HttpResponseMessage(HttpStatusCode.NotFound));
        var error = await Assert.ThrowsExactlyAsync<MediaException>(() => WeightsDownload.ToFolderAsync(s_weights, samples.PathOf("a"), missing));
        StringAssert.Contains(error.Message, "https://weights.example/weights.bin");
        using var down = new Server(() => throw new HttpRequestException("no route"));
        error = await Assert.ThrowsExactlyAsync<MediaException>(() => WeightsDownload.ToFolderAsync(s_weights, samples.PathOf("a"), down));
        StringAssert.Contains(error.Message, "no route");
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => WeightsDownload.ToFolderAsync(s_weights with { Address = new Uri("http://weights.example/x") }, samples.PathOf("a"), down));
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => WeightsDownload.ToFolderAsync(s_weights with { FileName = "../x" }, samples.PathOf("a"), down));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => WeightsDownload.ToFolderAsync(s_weights, samples.PathOf("a"), missing, cancelled.Token));
    }

    [TestMethod]
    public async Task TheDetectorsHashIsTheOneOfItsFile()
    {
        var file = SharedData.Require("data/face/yunet_n_dynamic.onnx");
        using var samples = new MediaSamples();
        var copy = await WeightsDownload.ToFolderAsync(DownloadableWeights.YuNet with { Address = new Uri(file) }, samples.PathOf("models"));
        using var detector = new YuNetDetector(copy);
        StringAssert.Contains(YuNetDetector.WhereToGet, DownloadableWeights.YuNet.Sha256);
    }

    private sealed class Server(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Requests++;
            return Task.FromResult(answer());
        }
    }
}
