using System.Globalization;

namespace Microsoft.ML.Avsr.Media;

/// <summary>The argument list that makes ffmpeg write one interleaved stream of grey frames and mono float samples.</summary>
internal static class FfmpegArguments
{
    // Only containers that carry their own media. Play lists (hls, dash, concat), picture sequences, devices and text renderers
    // would let a file name other files.
    private const string Formats =
        "mov,matroska,avi,flv,live_flv,mpeg,mpegts,mpegvideo,m4v,h264,hevc,obu,ivf,mjpeg,mxf,gxf,dv,asf,rm,ogg,wtv,nut,yuv4mpegpipe,gif,swf,vob,nsv,roq," +
        "wav,w64,aiff,au,caf,flac,mp3,aac,ac3,eac3,dts,amr,amrnb,amrwb,ape,mpc,mpc8,tta,wv,tak,voc,oma,gsm,sox,nistsphere,truehd";

    /// <summary>Makes the list.</summary>
    /// <param name="options">What is wanted.</param>
    /// <param name="paths">Full paths; empty to read the standard input.</param>
    /// <param name="audio">Whether to decode sound.</param>
    /// <param name="video">Whether to decode frames.</param>
    /// <param name="limit">The most that is decoded.</param>
    internal static List<string> Decode(MediaReaderOptions options, IReadOnlyList<string> paths, bool audio, bool video, TimeSpan limit)
    {
        List<string> list = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", "-filter_threads", "1"];
        var most = limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        // "file:" keeps a name such as "http://x" or "-y" a file name; the cache makes a pipe seekable (its file has no name).
        foreach (var source in paths.Count == 0 ? ["cache:pipe:0"] : paths.Select(p => "file:" + p))
        {
            list.AddRange(
            [
                "-protocol_whitelist", paths.Count == 0 ? "file,pipe,cache" : "file,pipe",
                "-format_whitelist", Formats,
                "-max_pixels", Number((long)options.MaxDimension * options.MaxDimension),
                "-threads", Number(options.DecoderThreads),
                // Here too: with the limit on the output alone, a frame that claims to last for days is repeated for days before it is cut.
                "-t", most,
                "-i", source,
            ]);
        }
        for (var i = 0; i < Math.Max(1, paths.Count); i++)
        {
            if (video)
                list.AddRange(["-map", $"{i}:V:{options.VideoTrack}?"]);
            if (audio)
                list.AddRange(["-map", $"{i}:a:{options.AudioTrack}?"]);
        }
        if (!video)
            list.Add("-vn");
        if (!audio)
            list.Add("-an");
        for (var i = 0; i < Math.Max(1, paths.Count); i++)
        {
            // Files without the track share no process, so that the i-th output track is the i-th file's.
            var track = paths.Count > 1 ? ":" + Number(i) : "";
            if (video)
                list.AddRange(["-filter:v" + track, $"{FfmpegTimes.VideoFilter(i)},{VideoFilter(options)}"]);
            // async=1 fills gaps with silence and first_pts=0 pads a late start: samples then stay on the frames' clock. rematrix_maxval=1
            // makes channels a weighted mean; as a sum, sound of several channels would exceed full scale.
            if (audio)
                list.AddRange(["-filter:a" + track, $"{FfmpegTimes.AudioFilter(i)},aresample={Number(options.SampleRate)}:async=1:first_pts=0:rematrix_maxval=1,aformat=sample_fmts=flt:channel_layouts=mono"]);
        }
        if (video)
            list.AddRange(["-c:v", "rawvideo"]);
        if (audio)
            list.AddRange(["-c:a", "pcm_f32le"]);
        list.AddRange(["-sn", "-dn", "-map_metadata", "-1", "-t", most, "-f", "avi", "pipe:1"]);
        return list;
    }

    private static string VideoFilter(MediaReaderOptions options)
    {
        var rate = Number(options.FrameRate);
        var deinterlace = options.Deinterlace ? "yadif=deint=interlaced," : "";
        // Pixels become square; frames that are too large shrink to an even size.
        var width = "trunc(iw*if(gt(sar,0),sar,1)/2+0.5)*2";
        var size = options.ShrinkTo > 0
            ? $"scale=w='if(gt(max(iw*if(gt(sar,0),sar,1),ih),{options.ShrinkTo}),max(2,2*trunc(iw*if(gt(sar,0),sar,1)*{options.ShrinkTo}/max(iw*if(gt(sar,0),sar,1),ih)/2)),if(eq(sar,1)+eq(sar,0),iw,{width}))'" +
              $":h='if(gt(max(iw*if(gt(sar,0),sar,1),ih),{options.ShrinkTo}),max(2,2*trunc(ih*{options.ShrinkTo}/max(iw*if(gt(sar,0),sar,1),ih)/2)),ih)':flags=area,"
            : $"scale=w='if(eq(sar,1)+eq(sar,0),iw,{width})':h=ih:flags=area,";
        return $"{deinterlace}fps={rate}:start_time=0,{size}setsar=1,format=gray";
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
