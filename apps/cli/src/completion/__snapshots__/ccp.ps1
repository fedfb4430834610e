# PowerShell completion for ccp
Register-ArgumentCompleter -Native -CommandName @('ccp', 'cc.mjs') -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text.Trim("'", '"') })
    $ask = @('complete')
    if ($wordToComplete -eq '') { $ask += '--next' }
    $lines = @(& '/it''s/cc.mjs' @ask '--' @words 2>$null)
    if ($lines.Count -eq 0) { return }
    if ($lines[-1] -eq ':0' -or $lines[-1] -eq ':16') {
        $before = ''
        $typed = $wordToComplete
        if ($typed -match '^(--[^=]*=)(.*)$') { $before = $Matches[1]; $typed = $Matches[2] }
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed) | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($before + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
        }
        return
    }
    $lines | Select-Object -SkipLast 1 | ForEach-Object {
        $value, $about = $_ -split "`t", 2
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
