using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>The input of the next step is prepared while this one computes, and is the same as if it had not been.</summary>
[TestClass]
public class StepPreparationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static StepPlan Plan(int step, double done = 0) => new(step, step, s_batches[step - 1], done);

    private static readonly int[][][] s_batches = [[[0, 1]], [[2, 3]], [[4, 5]]];

    [TestMethod]
    public void TheNextStepIsPreparedWhileThisOneComputes()
    {
        using var second = new ManualResetEventSlim();
        var threads = new List<int>();
        using var preparation = new StepPreparation(
            input =>
            {
                lock (threads)
                    threads.Add(Environment.CurrentManagedThreadId);
                if (input.Step == 2)
                    second.Set();
                return () => null;
            },
            number => new Random(number));
        var losses = preparation.Take(Plan(1), Plan(2));
        Assert.HasCount(1, losses);
        Assert.IsTrue(second.Wait(s_patience), "before the first step's loss is asked for");
        losses[0]();
        preparation.Take(Plan(2), null)[0]();
        Assert.HasCount(2, threads, "once each");
        Assert.AreEqual(Environment.CurrentManagedThreadId, threads[0]);
        Assert.AreNotEqual(Environment.CurrentManagedThreadId, threads[1]);
    }

    [TestMethod]
    public void WhatWasPreparedAheadIsWhatWouldHaveBeenPreparedThen()
    {
        static List<string> Draws(bool ahead)
        {
            var seen = new List<string>();
            using var preparation = new StepPreparation(
                input =>
                {
                    var drawn = input.Random.Next();
                    return () =>
                    {
                        seen.Add($"{input.Step}: {string.Join(' ', input.Clips)}, {input.Done}, {drawn}, {input.Random.Next()}");
                        return null;
                    };
                },
                number => new Random(number));
            for (var step = 1; step <= 3; step++)
                preparation.Take(Plan(step), ahead && step < 3 ? Plan(step + 1) : null)[0]();
            return seen;
        }
        var expected = Draws(ahead: false);
        Assert.HasCount(3, expected.Distinct());
        CollectionAssert.AreEqual(expected, Draws(ahead: true));
    }

    [TestMethod]
    public void AnotherPlanIsPreparedAnew()
    {
        var prepared = new List<(int, double)>();
        using var preparation = new StepPreparation(
            input =>
            {
                lock (prepared)
                    prepared.Add((input.Step, input.Done));
                return () => null;
            },
            number => new Random(number));
        preparation.Take(Plan(1), Plan(2, done: 0.5));
        preparation.Take(Plan(2, done: 0.25), null);
        CollectionAssert.AreEqual(new[] { (1, 0.0), (2, 0.5), (2, 0.25) }, prepared);
    }

    [TestMethod]
    public void AFailureReachesTheStepThatNeedsIt()
    {
        var preparation = new StepPreparation(
            input => input.Step == 2 ? throw new InvalidDataException("clip 3 is broken") : () => null, number => new Random(number));
        preparation.Take(Plan(1), Plan(2))[0]();
        Assert.AreEqual("clip 3 is broken", Assert.ThrowsExactly<InvalidDataException>(() => preparation.Take(Plan(2), null)).Message);
        preparation.Take(Plan(1), Plan(2));
        preparation.Dispose(); // nobody needs step 2 any more
    }
}
