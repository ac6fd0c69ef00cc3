namespace Microsoft.ML.Avsr.Media;

public sealed partial class MediaReader
{
    // Files that share a process. More save little and hold more decoded frames at a time.
    private const int FilesPerProcess = 8;

    // Files larger than this get a process each: its start is then a small part of the work.
    private const long LargeFile = 4 << 20;

    /// <summary>
    /// Reads files side by side and returns them in order. Small files share ffmpeg processes, which is two to three times faster;
    /// every clip and status is what <see cref="Read(string, CancellationToken)"/> gives. At most <paramref name="parallelism"/> + 1
    /// groups of eight clips are held ahead of the caller.
    /// </summary>
    /// <param name="paths">The files.</param>
    /// <param name="parallelism">How many processes decode at a time; 0 = as many as there are cores.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>One clip for each path, in the paths' order.</returns>
    /// <exception cref="MediaException">ffmpeg is missing or cannot be started.</exception>
    public IEnumerable<MediaClip> ReadMany(IEnumerable<string> paths, int parallelism = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfNegative(parallelism);
        return Ordered(paths, parallelism == 0 ? Environment.ProcessorCount : parallelism, cancellationToken);
    }

    private IEnumerable<MediaClip> Ordered(IEnumerable<string> paths, int parallelism, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var slots = new SemaphoreSlim(parallelism);
        var ahead = new Queue<Task<MediaClip[]>>();
        try
        {
            foreach (var group in paths.Chunk(FilesPerProcess))
            {
                ahead.Enqueue(Task.Factory.StartNew(() => ReadInSlot(group), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
                if (ahead.Count > parallelism)
                {
                    foreach (var clip in ahead.Dequeue().GetAwaiter().GetResult())
                        yield return clip;
                }
            }
            while (ahead.TryDequeue(out var next))
            {
                foreach (var clip in next.GetAwaiter().GetResult())
                    yield return clip;
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var task in ahead)
            {
                // The caller left early: wait for the killed children, their results and failures are of no interest.
                ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
                _ = task.Exception;
            }
        }

        MediaClip[] ReadInSlot(string[] group)
        {
            slots.Wait(stop.Token);
            try
            {
                return ReadGroup(group, stop.Token);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    private MediaClip[] ReadGroup(string[] paths, CancellationToken cancellation)
    {
        var clips = new MediaClip?[paths.Length];
        var plain = Enumerable.Range(0, paths.Length).Where(i => SharesProcess(paths[i])).ToArray();
        if (plain.Length > 1 && Ffmpeg.Find(_options.FfmpegPath) is { } ffmpeg
            && DecodedMedia.RunBatch(_options, ffmpeg, [.. plain.Select(i => Path.GetFullPath(paths[i]))], cancellation) is { } batch)
        {
            for (var i = 0; i < plain.Length; i++)
                clips[plain[i]] = batch[i];
        }
        return [.. clips.Select((clip, i) => clip ?? Read(paths[i], cancellation))];
    }

    private static bool SharesProcess(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length is 0 or > LargeFile)
                return false;
            using var stream = file.OpenRead();
            return !LooksLikeWave(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false; // Read says why
        }
    }
}
