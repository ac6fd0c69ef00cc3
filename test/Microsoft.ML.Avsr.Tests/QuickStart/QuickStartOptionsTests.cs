using Microsoft.VisualStudio.TestTools.UnitTesting;
using QuickStart;

namespace Microsoft.ML.Avsr.Tests.QuickStartSample;

/// <summary>The quick start's command line: every option arrives, and what cannot be carried out is refused by name.</summary>
[TestClass]
public sealed class QuickStartOptionsTests
{
    private static readonly string s_file = typeof(QuickStartOptionsTests).Assembly.Location;

    [TestMethod]
    public void NothingGivenMeansTheDefaults()
    {
        Assert.AreEqual(new QuickStartOptions(), QuickStartOptions.Parse());
        Assert.AreEqual(("dedr", 1, "test", "report.html"), (QuickStartOptions.Parse().Routing, QuickStartOptions.Parse().Seed, QuickStartOptions.Parse().Split, QuickStartOptions.Parse().Report));
    }

    [TestMethod]
    public void EveryOptionArrives()
    {
        var options = QuickStartOptions.Parse("--corpus", s_file, "--box", "110,170.5,96,48", "--minutes", "1.5", "--seed=7",
            "--routing", "JEJR", "--json", "out/r.json", "--model", "m.zip", "--report", "r.html", "--split", "dev");
        Assert.AreEqual(
            new QuickStartOptions
            {
                Corpus = s_file,
                Box = new BoxOption(110, 170.5, 96, 48),
                Minutes = 1.5,
                Seed = 7,
                Routing = "jejr",
                Json = "out/r.json",
                Model = "m.zip",
                Report = "r.html",
                Split = "dev",
            },
            options);
        Assert.AreEqual(new QuickStartOptions { Corpus = s_file, FaceDetector = s_file }, QuickStartOptions.Parse("--corpus", s_file, "--face-detector", s_file));
        Assert.AreEqual(new EpochOption(30, 12), QuickStartOptions.Parse("--epochs", "30,12").Epochs);
        Assert.AreEqual(s_file, QuickStartOptions.Parse("--evaluate", s_file).Evaluate);
        Assert.IsTrue(QuickStartOptions.Parse("--seed", "x", "--help").Help, "Help wins over everything else.");
    }

    [TestMethod]
    [DataRow("--seeds 3", "did you mean --seed?")]
    [DataRow("corpus.csv", "'corpus.csv' is not an option")]
    [DataRow("--seed", "--seed needs a value")]
    [DataRow("--seed --help-me x", "--seed needs a value")]
    [DataRow("--seed 1 --seed 2", "--seed is given twice")]
    [DataRow("--seed -1", "whole number from 0")]
    [DataRow("--minutes 0", "--minutes is '0'")]
    [DataRow("--minutes 1,5", "--minutes is '1,5'")]
    [DataRow("--minutes NaN", "--minutes is 'NaN'")]
    [DataRow("--minutes 3 --epochs 1,2", "give only one")]
    [DataRow("--epochs 12", "two whole numbers ENCODER,LLM")]
    [DataRow("--epochs 3,0", "from 1 to")]
    [DataRow("--routing sparse", "dedr, jedr, jejr, dense")]
    [DataRow("--box 1,2,3,4", "--box needs --corpus")]
    [DataRow("--face-detector absent.onnx", "--face-detector needs --corpus")]
    [DataRow("--corpus absent.csv --face-detector a.onnx --box 1,2,3,4", "give only one")]
    [DataRow("--corpus absent.csv", "there is no such file")]
    [DataRow("--corpus .", "which is a folder")]
    [DataRow("--audio-encoder absent", "there is no such folder")]
    [DataRow("--audio-encoder .", "config.json")]
    [DataRow("--evaluate absent.zip", "--evaluate is 'absent.zip'")]
    [DataRow("--evaluate absent.zip --minutes 3", "--minutes has no meaning")]
    [DataRow("--evaluate absent.zip --corpus absent.csv --face-detector a.onnx", "--face-detector has no meaning")]
    [DataRow("--evaluate absent.zip --corpus absent.csv --box 1,2,3,4", "--box has no meaning")]
    [DataRow("--json .", "it must be a file name")]
    [DataRow("--split=", "--split must not be empty")]
    public void WhatCannotBeCarriedOutIsRefusedByName(string commandLine, string expected)
    {
        var error = Assert.ThrowsExactly<OptionException>(() => QuickStartOptions.Parse(commandLine.Split(' ')));
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    [DataRow("1,2,3")]
    [DataRow("1,2,3,4,5")]
    [DataRow("1,2,0,4")]
    [DataRow("-1,2,3,4")]
    [DataRow("a,2,3,4")]
    [DataRow("1,2,3,Infinity")]
    public void ABoxIsFourNumbersWithAnArea(string box) =>
        StringAssert.Contains(Assert.ThrowsExactly<OptionException>(() => QuickStartOptions.Parse("--corpus", s_file, "--box", box)).Message, $"--box is '{box}'");

    [TestMethod]
    public void AMissingDetectorIsRefusedWithTheWayToGetIt()
    {
        var message = Assert.ThrowsExactly<OptionException>(() => QuickStartOptions.Parse("--corpus", s_file, "--face-detector", "absent.onnx")).Message;
        StringAssert.Contains(message, "--face-detector is 'absent.onnx'; there is no such file");
        StringAssert.Contains(message, "docs/media.md");
    }

    [TestMethod]
    public void HelpNamesEveryOption()
    {
        foreach (var property in (string[])["corpus", "box", "face-detector", "audio-encoder", "minutes", "epochs", "seed", "routing", "json", "model", "report", "evaluate", "split", "help"])
            StringAssert.Contains(QuickStartOptions.HelpText, "--" + property);
        Assert.IsTrue(QuickStartOptions.HelpText.Split('\n').All(l => l.Length <= 110), "A line of the help is too long for a terminal.");
    }
}
