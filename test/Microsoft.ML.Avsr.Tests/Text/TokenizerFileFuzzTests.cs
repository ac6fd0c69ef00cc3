using Microsoft.ML.Avsr.Tests.Checkpoints;
using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

/// <summary>Damaged tokenizer files are refused with the one exception type, or still make a tokenizer that encodes; nothing else happens.</summary>
[TestClass]
public class TokenizerFileFuzzTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("sentencepiece")]
    [DataRow("llama3ranks")]
    [DataRow("whisperranks")]
    [DataRow("tokenizerjson")]
    [DataRow("sentencepiecejson")]
    [DataRow("tokenizerconfig")]
    [DataRow("merges")]
    [DataRow("definition")]
    [DataRow("llama2ctokenizer")]
    public void DamagedFilesAreReadOrRefused(string parser)
    {
        using var run = new FuzzRun(parser, TokenizerParsers.All[parser]);
        run.Run(TestContext);
    }

    [TestMethod]
    [DataRow("{}", "tokenizer.json")]
    [DataRow("""{"model":{"type":"Unigram"}}""", "tokenizer.json")]
    [DataRow("""{"model":{"type":"BPE","byte_fallback":true,"vocab":{"<unk>":0,"<s>":1,"</s>":2,"a":3,"b":4,"ab":5},"merges":[]}}""", "tokenizer.json")]
    [DataRow("""{"model":{"type":"BPE","byte_fallback":true,"vocab":{"<unk>":0,"<s>":1,"</s>":9},"merges":[]}}""", "tokenizer.json")]
    [DataRow("""{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"}}""", "tokenizer.json")]
    [DataRow("[", "tokenizer.json")]
    public void RefusalsNameTheFile(string content, string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), content);
        var problem = Assert.ThrowsExactly<TokenizerException>(() => SpeechTokenizer.FromHuggingFaceFolder(folder.Path));
        StringAssert.Contains(problem.Message, name);
    }

    [TestMethod]
    public void EmptyFoldersAreRefused()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<TokenizerException>(() => SpeechTokenizer.FromHuggingFaceFolder(folder.Path)).Message, folder.Path);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => SpeechTokenizer.FromHuggingFaceFolder(folder.File("absent")));
    }
}
