using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        var folder = Values.TemporaryFolder();
        var path = Path.Combine(folder, "new", "x.txt");
        AtomicFile.WriteText(path, "old");
        Assert.ThrowsExactly<InvalidDataException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidDataException();
        }));
        Assert.AreEqual("old", File.ReadAllText(path));
        Assert.AreEqual(1, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
        AtomicFile.WriteText(path, "new");
        Assert.AreEqual("new", File.ReadAllText(path));
        Directory.Delete(folder, recursive: true);
    }
}
