using Microsoft.ML.Avsr.Restart;

// Tests that kill a training process start this assembly as one.
return args is [KillResume.ChildCommand, var folder] ? KillResume.Child(folder) : 1;
