using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Avsr.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>
/// Writes what Lightning's <c>ModelCheckpoint</c> saves: the state dictionary with <c>model.</c> before every name, hyper-parameters as a
/// namespace, an optimiser with its moments, schedulers, loops and callbacks, some of them objects of classes that exist only in Python.
/// </summary>
internal static class LightningFile
{
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> state)
    {
        using var plain = new MemoryStream();
        TorchZipWriter.Write(plain, state.ToDictionary(entry => "model." + entry.Key, entry => entry.Value), nestedUnder: "state_dict");
        using var file = MappedFile.OfMemory("state", plain.ToArray());
        var zip = new ZipRecords(file);
        using var stream = File.Create(path);
        var written = new StoredZipWriter(stream);
        foreach (var name in zip.Names)
        {
            var (start, length) = zip.Find(name);
            var bytes = file.ReadBytes(start, (int)length);
            written.Add(name, name.EndsWith("/data.pkl", StringComparison.Ordinal) ? Surround(bytes, state.Values.First()) : bytes);
        }
        written.Finish();
    }

    // The writer's pickle is {"state_dict": ...} and ends with SETITEM, STOP: further items go before the STOP.
    private static byte[] Surround(byte[] pickle, Tensor first)
    {
        var bytes = new MemoryStream();
        void Op(string opcodes) => bytes.Write(Encoding.ASCII.GetBytes(opcodes));
        void Word(string word)
        {
            Op("X");
            Number(word.Length);
            Op(word);
        }
        void Number(int value)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(four, value);
            bytes.Write(four);
        }
        void Integer(int value)
        {
            Op("J");
            Number(value);
        }
        void Float(double value)
        {
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleBigEndian(eight, value);
            Op("G");
            bytes.Write(eight);
        }
        void Moment() // a tensor over the whole of storage 0
        {
            Op("ctorch._utils\n_rebuild_tensor_v2\n((");
            Word("storage");
            Op("ctorch\n" + (first.dtype == ScalarType.BFloat16 ? "BFloat16Storage" : "FloatStorage") + "\n");
            Word("0");
            Word("cpu");
            Integer((int)first.numel());
            Op("tQ");
            Integer(0);
            Op("(");
            Integer((int)first.numel());
            Op("t(");
            Integer(1);
            Op("t");
            bytes.WriteByte(0x89);
            Op("ccollections\nOrderedDict\n)RtR");
        }

        bytes.Write(pickle.AsSpan(0, pickle.Length - 1));
        Word("epoch");
        Integer(9);
        Op("s");
        Word("global_step");
        Integer(4990);
        Op("s");
        Word("pytorch-lightning_version");
        Word("2.3.3");
        Op("s");
        // A namespace: argparse.Namespace, built without arguments, with its attributes as state.
        Word("hyper_parameters");
        Op("}");
        Word("args");
        Op("cargparse\nNamespace\n)");
        bytes.WriteByte(0x81); // NEWOBJ
        Op("}(");
        Word("alpha");
        Integer(4);
        Word("reduction_lora");
        Integer(32);
        Word("lr");
        Float(1e-3);
        Word("modality");
        Word("audiovisual");
        Op("ubs");
        Op("s");
        Word("optimizer_states");
        Op("](}(");
        Word("state");
        Op("}");
        Integer(0);
        Op("}(");
        Word("step");
        Moment();
        Word("exp_avg");
        Moment();
        Word("exp_avg_sq");
        Moment();
        Op("us");
        Word("param_groups");
        Op("](}(");
        Word("lr");
        Float(5e-4);
        Word("params");
        Op("](");
        Integer(0);
        Op("eue");
        Op("ue");
        Op("s");
        Word("lr_schedulers");
        Op("](}(");
        Word("last_epoch");
        Integer(9);
        Op("ue");
        Op("s");
        Word("callbacks");
        Op("}");
        Word("ModelCheckpoint");
        Op("cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n)");
        bytes.WriteByte(0x81);
        Op("}(");
        Word("best_model_score");
        Moment();
        Op("ub");
        Op("s");
        Op("s.");
        return bytes.ToArray();
    }
}
